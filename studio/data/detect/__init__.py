"""Which task a table is for and which column plays which role, from names and contents, with the reason in words.

| task | layout | roles |
|---|---|---|
| text-classification | text-label | text, label |
| | pair-label | text, text_pair, label |
| multi-label-classification | text-labels | text, labels (one column; `Detection.separator` says what stands between) |
| | text-label-columns | text, labels (a tuple of columns of marks) |
| text-regression | text-score | text, score |
| | pair-score | text, text_pair, score |
| token-classification | tagged-sentences | tokens, tags (spaced, or JSON lists) |
| | tagged-tokens | token, tag, and sentence where a column says it (else row numbers with gaps may) |
| | text-spans | text, spans (JSON lists of start, end, label) |
| question-answering | context-question-answer | context, question, answer, and answer_start, title where there |
| text-to-text | translation, summary, source-target | source, target |
| instruction-tuning | instruction-response | instruction, response, and input where there |
| chat | messages, conversations | messages (JSON: role and content, or from and value) |
| | turns | conversation, role, content, and turn where there |
| language-modeling | text | text |
"""

from studio.data.detect.choose import detect, reading_for
from studio.data.detect.detection import Detection, Part, Roles, SplitColumn
from studio.data.detect.tagging import words_of

__all__ = ["Detection", "Part", "Roles", "SplitColumn", "detect", "reading_for", "words_of"]
