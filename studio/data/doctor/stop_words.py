"""The commonest words of languages in Latin letters, and the scripts of others. Nothing but data.

Each word is common in its language; one that several share counts for all of them, and decides nothing alone.
"""

NAMES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish", "pl": "Polish", "cs": "Czech", "ro": "Romanian",
    "hu": "Hungarian", "tr": "Turkish", "id": "Indonesian", "vi": "Vietnamese", "ru": "Russian", "uk": "Ukrainian",
    "el": "Greek", "ar": "Arabic", "fa": "Persian", "he": "Hebrew", "hi": "Hindi", "bn": "Bengali", "ta": "Tamil",
    "th": "Thai", "zh": "Chinese", "ja": "Japanese", "ko": "Korean",
}  # fmt: skip

COMMON = {
    "en": """the and is are was were be been you your my i it this that with have has had a not for from will would what when
        they his her he she we our of to in on at by as an or if but can do does did there which who how their them me so just about up
        out all get got i'm it's don't like than then more some any because into over""",
    "de": """der die das und ist nicht ich du wir sie ein eine einen einem einer zu mit auf den dem des für auch war wie aber hat
        wenn nach von im es an als er sich dass noch kann haben sind bei oder nur was mir mich mein meine ihr sein wird wurde keine hatte
        dann schon sehr am um""",
    "fr": """le la les des est et un une pas je vous nous que qui dans pour sur au aux avec ce cette sont il elle c'est ne du de en on
        mais plus par tout j'ai mon ma mes son sa ses être a ont comme si leur été fait très""",
    "es": """el la los las es y una un no que por para con del se lo su está muy pero como más yo qué este esta mi de en al le les ha
        han sus fue son ser me te si cuando sin sobre ya también todo porque""",
    "it": """il gli è e di che un una non per con sono della del mi si ma come questo più ho lo nel la le i da in al ha alla dei delle
        anche ci se perché io quando molto tutto mio mia era""",
    "pt": """o os as é e um uma não que para com do da eu você ele se mais muito mas isso em na no de a por ao dos das meu minha foi são
        está tem como quando já também seu sua ou nos""",
    "nl": """het een en is van ik niet dat je de zijn op te voor met hij was maar ook wat er heeft in die aan om ze we dit nog naar
        als bij uit kan heb mijn deze wordt worden geen over zo""",
    "sv": """och är det att jag inte en ett som på för med han den till av var du har de i om vi så men kan från min eller när här
        ska vara hade mycket""",
    "da": """og er det at jeg ikke en et som på for med han den til var du har de i om vi så men kan fra min eller når her skal
        være havde meget blev også hvad mig mit dit dig sig af""",
    "no": """og er det at jeg ikke en et som på for med han den til av var du har de i om vi så men kan fra min eller når her skal
        være hadde mye ble også hva meg mitt ditt deg seg""",
    "fi": """ja on ei se että en hän oli mutta ole joka mitä kun niin minä sinä tämä ovat olen kuin myös vain jos nyt kaikki voi sen
        minun mikä vielä""",
    "pl": """i w nie na się jest to że z do jak co ja był ale po ma o tak za od przez dla czy już mnie są tylko może bardzo tego ten
        ze jego""",
    "cs": """a je se na že to v jsem ale si jako by jsou co když tak do po za pro jeho byl bylo má už není které nebo jen mi z s""",
    "ro": """și este nu că un o în de la cu pe sunt ai am să mai ce care din pentru fi dar a fost se ca eu îmi foarte lui""",
    "hu": """a az és nem hogy egy is van volt meg ez de csak mint már azt ha én mi lesz vagy ki el kell nagyon még""",
    "tr": """bir ve bu için çok ne da de mi ben o var ama gibi daha değil ile olarak kadar sonra en olan ya şey her benim""",
    "id": """yang dan di itu ini tidak dengan untuk saya dari pada adalah ada akan kami bisa sudah dia mereka kita juga anda ke atau
        karena apa""",
    "vi": """và là của không có tôi một được cho người này những với các đã trong bạn để khi rất cũng anh em như nhưng""",
}

SCRIPTS = (
    ("ja", "\u3040-\u30ff"),  # kana before Han, since Japanese has both
    ("ko", "\uac00-\ud7af"),
    ("zh", "\u4e00-\u9fff"),
    ("uk", "їЇєЄґҐ"),  # letters that Russian has not, before all of Cyrillic
    ("ru", "\u0400-\u04ff"),
    ("fa", "پچژگکی"),  # letters that Arabic has not, before all of Arabic
    ("ar", "\u0600-\u06ff"),
    ("el", "\u0370-\u03ff"),
    ("he", "\u0590-\u05ff"),
    ("hi", "\u0900-\u097f"),
    ("bn", "\u0980-\u09ff"),
    ("ta", "\u0b80-\u0bff"),
    ("th", "\u0e00-\u0e7f"),
)
"""Language → its letters, those that are its own before those that it shares."""

SHARED = {"ja": "zh", "uk": "ru", "fa": "ar"}
"""A few letters of the first show that a text in the script of the second is in the first."""
