"""How likely a text is Chinese, Japanese or Korean: evidence for one of their encodings over another."""

from collections import Counter

_CHINESE = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学"
    "如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业"
    "外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔买卖钱货送退款服务请谢您订单费收寄坏密码账户客投诉快递慢差评推荐满"
)
_TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學"
    "如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業"
    "外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感建務做接必場件計管期市直德資命山金指許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運筆買賣錢貨送退款服務請謝您訂單費收寄壞密碼帳戶客投訴快遞慢差評推薦滿"
)
_KANJI = frozenset(
    "日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土木聞食車何南万毎白天母火右読友左休父雨"
    "会同事自社発者地業方新場員立開手力問代明動京目通言理体田主題意不作用度強公持野以思家世多正安院心界教文元重近考画海売知道集別物使品計死特私始朝運終台広住真有口少町料工建空急止送切転研足究楽起着店病質待試族銀早映親験英医仕去味写字答夜音注帰古歌買悪図週室歩風紙黒花春赤青館屋色走秋夏習駅洋旅服夕借曜飲肉貸堂鳥飯勉冬昼茶弟牛魚兄犬妹姉漢"
    "商注届料理冷態教変更方法良皆勧返金壊最速面白残念説明箱届遅対応購入使便利"
)
_FREQUENT = {"Chinese": _CHINESE, "Traditional Chinese": _TRADITIONAL, "Japanese": _KANJI, "Korean": frozenset[str]()}
LANGUAGES = tuple(_FREQUENT)
_SIGNS = frozenset("。、，．！？：；「」『』（）【】《》“”‘’…—・ー～　·　￥")
_COMMON, _RARE, _ODD = -4.5, -8.5, -16.0
_MARK = -6.0


def likelihood(text: str, languages: tuple[str, ...]) -> float:
    """The highest sum over these languages of each character's weight beyond ASCII; comparable with `alphabets`."""
    letters = Counter(letter for letter in text if letter > "\x7f")
    return max(sum(_one(letter, name) * count for letter, count in letters.items()) for name in languages)


def _one(letter: str, language: str) -> float:
    if letter in _FREQUENT[language]:
        return _COMMON
    if language == "Japanese" and "\u3041" <= letter <= "\u30fe":
        return _COMMON + 0.5
    if language == "Korean" and "\uac00" <= letter <= "\ud7a3":
        return _COMMON if (ord(letter) - 0xAC00) % 28 in (0, 1, 4, 8, 16, 17, 20, 21) else _MARK
    if letter in _SIGNS or "\uff10" <= letter <= "\uff5a":
        return _MARK
    return _RARE if "\u4e00" <= letter <= "\u9fff" and language != "Korean" else _ODD
