"""What column names mean, in fourteen languages: meaning → words, lower case and without accents. Nothing but data."""

MEANINGS: dict[str, str] = {
    "text": """
        text texte texto testo tekst txt body content contents corps cuerpo corpo inhalt contenu contenido contenuto conteudo
        inhoud review reviews rezension avis critique resena opinion recensione opinione avaliacao resenha recensie
        beoordeling bewertungstext kritik kundenstimme message msg sms nachricht mitteilung mensaje messaggio mensagem
        bericht boodschap courrier recado comment kommentar commentaire comentario commento reactie sentence satz phrase
        frase oracion zin tweet post posting beitrag ticket email mail e-mail utterance ausserung enonce enunciado enunciato
        uiting query question frage pregunta domanda pergunta vraag request anfrage anliegen requete peticion richiesta
        pedido verzoek description beschreibung descripcion descrizione descricao omschrijving document dokument documento
        article artikel articulo articolo artigo abstract passage paragraph feedback complaint beschwerde queja reclamo
        klacht freitext snippet excerpt story headline narrative transcript chat_text instruction claim statement tip
        文本 内容 评论 評論 消息 短信 评价 正文 句子 问题 テキスト 本文 レビュー メッセージ コメント 文 感想
        текст содержание отзыв рецензия сообщение письмо комментарий предложение вопрос обращение
        نص النص رسالة تعليق مراجعة جملة محتوى पाठ टेक्स्ट संदेश समीक्षा टिप्पणी वाक्य ข้อความ เนื้อหา รีวิว ความคิดเห็น
        ประโยค 텍스트 본문 문장 리뷰 댓글""",
    "label": """
        label labels category categorie kategorie categoria class classe klasse clase cls sentiment sentimento sentimiento
        polarity polarite polaridad polaridade polarita topic thema theme tema sujet onderwerp intent intention absicht
        intencion intento intencao intentie target tag etikett etiquette etiqueta etichetta etiket rotulo stars sterne
        etoiles estrellas stelle estrelas rating type typ tipo group gruppe groupe grupo gruppo genre gattung genere genero
        emotion gefuhl emocion emozione emocao emotie feeling stimmung mood stemming humeur animo umore humor kind art gold
        truth ground_truth annotation department abteilung urgency priority prioritat spam toxic toxicity is_spam subject
        zweck purpose verdict stance entailment relevance relevant duplicate is_duplicate paraphrase judgment
        标签 標籤 标记 类别 類別 分类 情感 情绪 主题 意图 类型 ラベル カテゴリ 分類 感情 極性 種類 意図 正解
        метка класс категория тональность настроение тема тип намерение группа
        تصنيف التصنيف فئة الفئة وسم الوسم نوع النوع श्रेणी वर्ग लेबल प्रकार भावना ประเภท หมวดหมู่ ป้าย อารมณ์ 라벨 분류 카테고리 감정""",
    "labels": """
        labels categories kategorien classes klassen topics themen intents emotions emotionen gefuhle emociones emozioni
        emocoes emoties sentimientos sentimentos sentimenti feelings gevoelens genres keywords schlagworte stichworte
        etiquettes etiquetas etichette tags hashtags mots_cles 情绪 标签 気持ち эмоции чувства метки теги
        تصنيفات التصنيفات وسوم الوسوم मनोभाव श्रेणियाँ ป้ายกำกับ 라벨들""",
    "score": """
        score scores similarity similarity_score ahnlichkeit similarite similitud somiglianza similaridade gelijkenis rating
        note punkte punktzahl puntuacion puntaje punteggio pontuacao grade nota cijfer value wert valeur valor valore
        waarde regression target stars relevance strength intensity readability price preis difficulty complexity
        相似度 分数 评分 得分 類似度 点数 スコア 評価 оценка сходство балл рейтинг
        درجة الدرجة تقييم التقييم تشابه التشابه अंक स्कोर समानता คะแนน ความคล้าย 점수 유사도""",
    "split": """
        split set fold folds kfold cv subset partition dataset part data_split teil aufteilung datensatz teilmenge ensemble
        jeu conjunto particion particao insieme partizione deel verdeling 数据集 划分 集合 分割 データ区分 выборка часть""",
    "id": """
        id ids uid uuid guid key pk hash nr no num number numero nummer identifier kennung kennzahl index idx row rownum
        zeile record ref reference code sku 编号 序号 番号 номер ид""",
    "date": """
        date dates datum fecha data_ora time zeit timestamp zeitstempel datetime created created_at updated updated_at year
        jahr month monat day tag_datum fecha_hora horodatage heure hora ora tijd 日期 时间 日付 時刻 дата время""",
    "notes": """
        notes note remark remarks comment comments internal anmerkung anmerkungen bemerkung bemerkungen notiz notizen
        remarque remarques nota notas osservazioni observaciones observacoes opmerking opmerkingen 备注 备考 メモ 備考
        примечание заметки""",
    "tokens": """
        token tokens word words token_list wort worter mot mots jeton palabra palabras parola parole palavra palavras woord
        woorden form term 词 单词 词语 単語 トークン слово слова токен токены
        كلمة الكلمة كلمات الكلمات शब्द คำ 단어 토큰""",
    "tags": """
        tag tags ner_tags ner_tag ner bio iob iob2 bioes pos pos_tags label labels etikett etiketten etiquette etiquettes
        etiqueta etiquetas etichetta etichette entity entities entite entites entidad entidades entita entidade entiteit
        entiteiten 标签 标注 タグ ラベル тег теги метка метки
        وسم الوسم وسوم الوسوم टैग แท็ก 태그""",
    "sentence": """
        sentence sentence_id sent sent_id satz satznummer phrase frase oracion zin zinnummer sequence doc document_id
        句子 文番号 предложение номер_предложения
        جملة الجملة رقم_الجملة वाक्य ประโยค 문장""",
    "spans": """
        spans span entities entity annotations annotation offsets entitaten markierungen annotationen entites entidades
        entita entiteiten annotaties anotaciones annotazioni anotacoes 实体 标注 固有表現 注釈 сущности разметка
        كيانات الكيانات इकाइयाँ ชื่อเฉพาะ 개체명""",
    "context": """
        context contexts passage passage_text paragraph document article source_text background kontext absatz textstelle
        abschnitt contexte paragraphe contexto parrafo paragrafo contesto alinea passaggio 上下文 段落 文章 文脈 контекст абзац
        отрывок
        سياق السياق فقرة الفقرة مقطع المقطع संदर्भ अनुच्छेद บริบท บทความ 문맥 지문""",
    "question": """
        question questions query frage fragestellung interrogation pregunta consulta domanda quesito pergunta questao vraag
        vraagstelling 问题 提问 質問 問い вопрос запрос
        سؤال السؤال प्रश्न सवाल คำถาม 질문""",
    "answer": """
        answer answers antwort antworttext losung reponse solution respuesta solucion risposta soluzione resposta solucao
        antwoord oplossing gold_answer 答案 回答 答え 解答 ответ решение
        جواب الجواب إجابة الإجابة उत्तर जवाब คำตอบ 답변 정답""",
    "answer_start": """
        answer_start start offset answer_offset position begin anfang debut inicio inizio posicion posizione posicao positie
        start_char char_start 起始 位置 開始位置 начало позиция""",
    "title": """
        title heading headline titel uberschrift titre intitule titulo encabezado titolo intestazione cabecalho kop topic_title
        标题 题目 タイトル 題名 заголовок название
        عنوان العنوان शीर्षक ชื่อเรื่อง 제목""",
    "source": """
        source src from_text original input quelle quelltext ausgangstext origen fuente sorgente origem fonte bron
        original_text noisy incorrect draft 源 原文 源文 ソース 原文 источник оригинал исходный""",
    "target": """
        target tgt translation output ubersetzung zieltext ziel traduction cible traduccion traduzione traducao vertaling doel
        corrected simplified rewritten paraphrase reference_text 译文 翻译 目标 目标文 訳文 翻訳 перевод цель""",
    "summary": """
        summary summaries tldr tl_dr highlights zusammenfassung kurzfassung resume synthese resumen sintesis riassunto sintesi
        resumo sintese samenvatting kurztext headline abstract_short one_sentence gist 摘要 总结 概要 要約 まとめ
        резюме краткое
        ملخص الملخص सारांश สรุป 요약""",
    "document": """
        document abstract article text body passage dialogue story dokument artikel volltext langtext documento articulo
        articolo artigo report transcript content 文档 文章 正文 文書 記事 документ статья""",
    "instruction": """
        instruction instructions prompt request command task user_request anweisung anfrage aufforderung consigne requete
        instruccion peticion istruzione richiesta instrucao pedido instructie opdracht customer_message user_message user
        message nachricht kundennachricht mitteilung mensaje messaggio mensagem bericht boodschap question query human
        指令 说明 提示 指示 命令 プロンプト инструкция задание запрос сообщение""",
    "input": """
        input inputs context eingabe entree entrada ingresso invoer 输入 入力 ввод вход""",
    "response": """
        response responses reply completion output assistant answer bot_answer bot chosen ausgabe antwort reaktion reponse
        sortie respuesta salida risposta uscita resposta saida antwoord reactie uitvoer antwort_text
        回复 输出 回答 応答 返答 出力 ответ отклик вывод""",
    "messages": """
        messages conversation conversations dialog dialogs dialogue chat chats turns history nachrichten gesprach gesprache
        mensajes conversacion messaggi conversazione mensagens conversa dialogo berichten gesprek dialoog
        对话 消息 会話 対話 диалог сообщения беседа""",
    "conversation": """
        conversation conversation_id dialog dialogue dialog_id chat chat_id chatnummer session session_id thread thread_id
        gesprach gesprachs conversacion conversazione conversa dialogo gesprek 对话 会话 会話 対話 диалог беседа номер_диалога""",
    "turn": """
        turn turns turn_id turn_number step order position zug reihenfolge tour ordre turno orden ordine ordem beurt volgorde
        message_index 轮次 顺序 ターン 順番 ход порядок""",
    "role": """
        role speaker author sender from rolle sprecher absender locuteur rol hablante ruolo parlante papel falante spreker
        who 角色 说话人 役割 話者 роль автор""",
    "content": """
        content message text utterance message_text value inhalt ausserung contenu enonce contenido enunciado contenuto
        enunciato conteudo inhoud uiting nachricht 内容 话语 発話 содержание реплика""",
    "pair": """
        premise hypothesis text_a text_b sentence_a sentence_b claim evidence query document passage candidate reference
        pramisse hypothese premisse premisa hipotesis premessa ipotesi premissa hipotese""",
    "pair_label": """
        entailment nli relevance relevant is_relevant duplicate is_duplicate paraphrase similar match gold_label contradiction
        same_meaning stance correct is_correct correctness helpful is_helpful helpfulness""",
}

LANGUAGES = """
    english englisch anglais ingles inglese engels 英文 英语 英語 английский англ
    german deutsch allemand aleman alemao tedesco duits 德文 德语 ドイツ語 独文 немецкий нем
    french franzosisch francais frances francese frans 法文 法语 フランス語 仏文 французский
    spanish spanisch espagnol espanol spagnolo espanhol spaans 西班牙语 スペイン語 испанский
    italian italienisch italien italiano italiaans 意大利语 イタリア語 итальянский
    portuguese portugiesisch portugais portugues portoghese portugees 葡萄牙语 португальский
    dutch niederlandisch neerlandais holandes olandese nederlands 荷兰语 нидерландский
    russian russisch russe ruso russo русский chinese chinesisch chinois chino cinese 中文 汉语 中国語 китайский
    japanese japanisch japonais japones giapponese 日文 日语 日本語 японский korean koreanisch arabic arabisch arabe
    turkish turkisch polish polnisch swedish schwedisch danish norwegian finnish czech greek ukrainian hindi hebrew
"""
"""Names of languages, as heads of columns that hold texts in them."""

LANGUAGE_CODES = """
    en de fr es it pt nl ru zh ja ko ar tr pl sv da no fi cs el uk hi he eng deu ger fra fre spa ita por nld rus
"""
"""Codes count only as a whole name or as its last word, since some are words of other languages."""
