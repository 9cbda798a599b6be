"""Other names for the columns of shared/data: two a language, one for each half, written before the detector was."""

LANGUAGES = ("english", "de", "fr", "es", "it", "pt", "nl", "zh", "ja", "ru")

_TABLE = """
text            | Text body / content       | Text / Freitext            | texte / corps du texte   | texto / cuerpo            | testo / corpo del testo  | texto / corpo            | tekst / inhoud         | 文本 / 内容   | テキスト / 本文 | текст / содержание
category        | class / categoryName      | Kategorie / Klasse         | catégorie / classe       | categoría / clase         | categoria / classe       | categoria / classe       | categorie / klasse     | 类别 / 分类   | カテゴリ / 分類 | категория / класс
review          | customerReview / reviews  | Rezension / Bewertungstext | avis / critique          | reseña / opinión          | recensione / opinione    | avaliação / resenha      | recensie / beoordeling | 评论 / 评价   | レビュー / 感想 | отзыв / рецензия
sentiment       | polarity / mood           | Stimmung / Sentiment       | sentiment / polarité     | sentimiento / polaridad   | sentimento / polarità    | sentimento / polaridade  | sentiment / stemming   | 情感 / 情绪   | 感情 / 極性     | тональность / настроение
message         | SMS text / msg            | Nachricht / Mitteilung     | message / courrier       | mensaje / correo          | messaggio / posta        | mensagem / recado        | bericht / boodschap    | 消息 / 短信   | メッセージ / 文 | сообщение / письмо
label           | gold_label / targetClass  | Etikett / Label            | étiquette / classe       | etiqueta / clase          | etichetta / classe       | rótulo / etiqueta        | label / etiket         | 标签 / 标记   | ラベル / 正解   | метка / класс
tokens          | words / token_list        | Wörter / Token             | mots / jetons            | palabras / tokens         | parole / token           | palavras / tokens        | woorden / tokens       | 词 / 单词     | 単語 / トークン | слова / токены
tags            | ner_tags / bio            | Etiketten / Tags           | étiquettes / entités     | etiquetas / entidades     | etichette / entità       | etiquetas / entidades    | labels / entiteiten    | 标签 / 标注   | タグ / ラベル   | теги / метки
sentence_id     | sent_id / Sentence #      | Satz_ID / Satznummer       | id_phrase / numéro phrase| id_frase / número de frase| id_frase / numero frase  | id_frase / número da frase| zin_id / zinnummer    | 句子编号 / 句号 | 文ID / 文番号 | номер_предложения / предложение
token           | word / Token text         | Wort / Token               | mot / jeton              | palabra / token           | parola / token           | palavra / token          | woord / token          | 词 / 单词     | 単語 / トークン | слово / токен
tag             | ner_tag / entity          | Tag / Etikett              | étiquette / entité       | etiqueta / entidad        | etichetta / entità       | etiqueta / entidade      | label / entiteit       | 标签 / 标注   | タグ / ラベル   | тег / метка
entities        | spans / annotations       | Entitäten / Markierungen   | entités / annotations    | entidades / anotaciones   | entità / annotazioni     | entidades / anotações    | entiteiten / annotaties| 实体 / 标注   | 固有表現 / 注釈 | сущности / разметка
title           | article title / heading   | Titel / Überschrift        | titre / intitulé         | título / encabezado       | titolo / intestazione    | título / cabeçalho       | titel / kop            | 标题 / 题目   | タイトル / 題名 | заголовок / название
context         | paragraph / passage_text  | Kontext / Absatz           | contexte / paragraphe    | contexto / párrafo        | contesto / paragrafo     | contexto / parágrafo     | context / alinea       | 上下文 / 段落 | 文脈 / 段落     | контекст / абзац
question        | query / user_question     | Frage / Fragestellung      | question / interrogation | pregunta / consulta       | domanda / quesito        | pergunta / questão       | vraag / vraagstelling  | 问题 / 提问   | 質問 / 問い     | вопрос / запрос
answer          | answer_text / goldAnswer  | Antwort / Lösung           | réponse / solution       | respuesta / solución      | risposta / soluzione     | resposta / solução       | antwoord / oplossing   | 答案 / 回答   | 回答 / 答え     | ответ / решение
answer_start    | start / answerOffset      | Antwort_Start / Position   | début_réponse / position | inicio_respuesta / posición| inizio_risposta / posizione| início_resposta / posição| antwoord_start / positie | 起始 / 位置 | 開始位置 / 位置 | начало / позиция
english         | en / English text         | Englisch / EN              | anglais / en             | inglés / en               | inglese / en             | inglês / en              | engels / en            | 英文 / 英语   | 英語 / 英文     | английский / англ
german          | de / German translation   | Deutsch / DE               | allemand / de            | alemán / de               | tedesco / de             | alemão / de              | duits / de             | 德文 / 德语   | ドイツ語 / 独文 | немецкий / нем
instruction     | prompt / user request     | Anweisung / Anfrage        | instruction / consigne   | instrucción / petición    | istruzione / richiesta   | instrução / pedido       | instructie / opdracht  | 指令 / 说明   | 指示 / 命令     | инструкция / запрос
response        | completion / bot_answer   | Antwort / Reaktion         | réponse / sortie         | respuesta / salida        | risposta / uscita        | resposta / saída         | antwoord / reactie     | 回复 / 输出   | 応答 / 返答     | ответ / отклик
intent          | user_intent / Purpose     | Absicht / Intention        | intention / but          | intención / propósito     | intento / scopo          | intenção / propósito     | intentie / doel        | 意图 / 目的   | 意図 / 目的     | намерение / цель
messages        | conversation / dialog     | Nachrichten / Dialog       | messages / dialogue      | mensajes / diálogo        | messaggi / dialogo       | mensagens / diálogo      | berichten / dialoog    | 消息 / 对话   | 会話 / 対話     | сообщения / диалог
conversation_id | chat_id / dialogueId      | Gespräch_ID / Chatnummer   | id_conversation / id_dialogue | id_conversación / id_chat | id_conversazione / id_chat | id_conversa / id_diálogo | gesprek_id / chatnummer | 对话编号 / 会话 | 会話ID / 対話番号 | номер_диалога / беседа
turn            | turn_number / step        | Zug / Reihenfolge          | tour / ordre             | turno / orden             | turno / ordine           | turno / ordem            | beurt / volgorde       | 轮次 / 顺序   | ターン / 順番   | ход / порядок
role            | speaker / author          | Rolle / Sprecher           | rôle / locuteur          | rol / hablante            | ruolo / parlante         | papel / falante          | rol / spreker          | 角色 / 说话人 | 役割 / 話者     | роль / автор
content         | utterance / message_text  | Inhalt / Äußerung          | contenu / énoncé         | contenido / enunciado     | contenuto / enunciato    | conteúdo / enunciado     | inhoud / uiting        | 内容 / 话语   | 内容 / 発話     | содержание / реплика
emotions        | feelings / emotion_labels | Gefühle / Emotionen        | émotions / sentiments    | emociones / sentimientos  | emozioni / sentimenti    | emoções / sentimentos    | emoties / gevoelens    | 情绪 / 情感   | 感情 / 気持ち   | эмоции / чувства
sentence1       | text_a / first sentence   | Satz1 / Satz A             | phrase1 / phrase A       | frase1 / oración A        | frase1 / frase A         | frase1 / frase A         | zin1 / zin A           | 句子1 / 文本A | 文1 / 文A       | предложение1 / фраза А
sentence2       | text_b / second sentence  | Satz2 / Satz B             | phrase2 / phrase B       | frase2 / oración B        | frase2 / frase B         | frase2 / frase B         | zin2 / zin B           | 句子2 / 文本B | 文2 / 文B       | предложение2 / фраза Б
similarity_score| score / similarity        | Ähnlichkeit / Punkte       | similarité / note        | similitud / puntuación    | somiglianza / punteggio  | similaridade / pontuação | gelijkenis / score     | 相似度 / 分数 | 類似度 / 点数   | сходство / оценка
abstract        | document / article_text   | Zusammenfassung_lang / Dokument | résumé long / document | documento / artículo    | documento / articolo     | documento / artigo       | document / artikel     | 文档 / 文章   | 文書 / 記事     | документ / статья
summary         | tldr / short summary      | Zusammenfassung / Kurzfassung | résumé / synthèse     | resumen / síntesis        | riassunto / sintesi      | resumo / síntese         | samenvatting / kortweg | 摘要 / 总结   | 要約 / まとめ   | резюме / краткое содержание
"""


def _read() -> dict[str, list[tuple[str, str]]]:
    found = {}
    for line in _TABLE.strip().splitlines():
        name, *cells = (cell.strip() for cell in line.split("|"))
        pairs = [tuple(part.strip() for part in cell.split(" / ")) for cell in cells]
        assert all(len(pair) == 2 for pair in pairs), line
        assert len(pairs) == len(LANGUAGES), line
        found[name] = pairs
    return found


_NAMES = _read()
_LIKE = {  # columns whose other names are those of another column
    "topic": "category",
    "feelings": "emotions",
    "customer_message": "message",
    "reply": "response",
    "article": "title",
    "passage": "context",
    "similarity_0_to_5": "similarity_score",
    "one_sentence": "summary",
    "sentence_1": "sentence1",
    "sentence_2": "sentence2",
}


def renamed(column: str, language: str, half: str) -> str:
    """The column's name in another language (or in other English words); unchanged where the list has none."""
    pairs = _NAMES.get(_LIKE.get(column, column))
    return column if pairs is None else pairs[LANGUAGES.index(language)][half == "hold"]
