"""Encoders: they read a text at once, to sort, tag and find; and the one that comes with the installation."""

from studio.models.presets.preset import Preset

EMBEDDED = Preset(
    "embedded", "MiniLM (built in)", "encoder", 22.7, 256, "English", "apache-2.0", pooling="mean", layers=6, width=384,
    note="Small, fast and already on this machine: the right first choice for English texts.",
)  # fmt: skip

_ROBERTA, _MODERN, _XLM = 50265, 50368, 250002  # rows of the vocabularies most models share

ENCODERS: tuple[Preset, ...] = (
    EMBEDDED,
    Preset(
        "BAAI/bge-small-en-v1.5", "BGE small", "encoder", 33.4, 512, "English", "mit",
        revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a", layers=12, width=384,
        note="One size above the built-in model and still quick on a processor.",
    ),
    Preset(
        "ibm-granite/granite-embedding-small-english-r2", "Granite small", "encoder", 47.7, 8192, "English", "apache-2.0",
        revision="2ab6fa8ea2d674564defd37171ae19079b864b33", layers=12, width=384, vocabulary=_MODERN,
        note="Small and modern, for long English texts: reads whole documents.",
    ),
    Preset(
        "distilbert/distilbert-base-uncased", "DistilBERT", "encoder", 66.4, 512, "English", "apache-2.0",
        fills=True, revision="12040accade4e8a0f71eabdb258fecc2e7e948be", layers=6,
        note="A well-known classic at half of BERT's cost; wants a few thousand rows.",
    ),
    Preset(
        "BAAI/bge-base-en-v1.5", "BGE base", "encoder", 109.5, 512, "English", "mit",
        revision="a5beb1e3e68b9ab74eb54cfd186867f64f240e1a",
        note="Strong on topics and intents with few rows; better with a GPU.",
    ),
    Preset(
        "sentence-transformers/all-mpnet-base-v2", "MPNet", "encoder", 109.5, 512, "English", "apache-2.0",
        revision="e8c3b32edf5434bc2275fc9bab85f82640a19130", pooling="mean", vocabulary=30527,
        note="The built-in model's larger sibling: the best start for few English rows; better with a GPU.",
    ),
    Preset(
        "FacebookAI/roberta-base", "RoBERTa", "encoder", 124.6, 512, "English", "mit",
        fills=True, revision="e2da8e2f811d1448a5b465c236feacd80ffbac7b", vocabulary=_ROBERTA,
        note="A classic that shines on sentiment and tone once there are thousands of rows.",
    ),
    Preset(
        "answerdotai/ModernBERT-base", "ModernBERT", "encoder", 149.0, 8192, "English", "apache-2.0",
        fills=True, revision="8949b909ec900327062f0ebf497f51aef5e6f0c8", pooling="mean", layers=22, vocabulary=_MODERN,
        note="Today's successor of BERT, for thousands of rows, long texts or program code; wants a GPU.",
    ),
    Preset(
        "Alibaba-NLP/gte-modernbert-base", "GTE ModernBERT", "encoder", 149.0, 8192, "English", "apache-2.0",
        revision="e7f32e3c00f91d699e8c43b53106206bcc72bb22", layers=22, vocabulary=_MODERN,
        note="ModernBERT trained to compare meanings: better than the plain one with few rows; wants a GPU.",
    ),
    Preset(
        "ibm-granite/granite-embedding-97m-multilingual-r2", "Granite multilingual", "encoder", 97.4, 8192,
        "200 languages, 52 of them well", "apache-2.0",
        revision="c61e626a6255c490879d0af885078b61929d51f6", layers=12, width=384, vocabulary=180_000,
        note="Small, modern and multilingual; reads long texts.",
    ),
    Preset(
        "intfloat/multilingual-e5-small", "E5 multilingual small", "encoder", 117.7, 512, "about 100 languages", "mit",
        revision="fd1525a9fd15316a2d503bf26ab031a61d056e98", pooling="mean", layers=12, width=384, vocabulary=250_037,
        note="The right first choice for other languages than English; quick on a processor.",
    ),
    Preset(
        "intfloat/multilingual-e5-base", "E5 multilingual", "encoder", 278.0, 512, "about 100 languages", "mit",
        revision="d128750597153bb5987e10b1c3493a34e5a4502a", pooling="mean", vocabulary=_XLM,
        note="The stronger multilingual model, also with few rows; better with a GPU.",
    ),
    Preset(
        "FacebookAI/xlm-roberta-base", "XLM-RoBERTa", "encoder", 278.0, 512, "100 languages", "mit",
        fills=True, revision="e73636d4f797dec63c3081bb6ed5c7b0bb3f2089", vocabulary=_XLM,
        note="The multilingual classic, for thousands of rows; better with a GPU.",
    ),
)  # fmt: skip
"""From small to large, English first."""
