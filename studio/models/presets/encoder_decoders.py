"""Encoder-decoders: they read a text at once and write another, to translate, shorten and rewrite.

Not here are Marian and NLLB (no fast tokenizer among their files, and NLLB's licence forbids business), mT5 and umT5
(no safetensors at a commit of their owners).
"""

from studio.models.presets.preset import Preset

_T5 = 32128  # rows of the vocabulary that English T5 models share
_FOUR = "English, German, French, Romanian"

ENCODER_DECODERS: tuple[Preset, ...] = (
    Preset(
        "google/flan-t5-small", "Flan-T5 small", "encoder-decoder", 77.0, 512, "English", "apache-2.0",
        revision="0fc9ddf78a1e988dac52e2dac162b0ede4fd74ab",
        layers=16, width=512, inner=1024, vocabulary=_T5, tables=2,
        note="Small, and used to instructions: the right first choice for rewriting English on a processor.",
    ),
    Preset(
        "google-t5/t5-small", "T5 small", "encoder-decoder", 60.5, 512, _FOUR, "apache-2.0",
        revision="df1b051c49625cf57a3d0d8d3863ed4d13564fe4", layers=12, width=512, vocabulary=_T5,
        note="The smallest that already translates between English, German, French and Romanian.",
    ),
    Preset(
        "facebook/bart-base", "BART base", "encoder-decoder", 139.4, 1024, "English", "apache-2.0",
        revision="aadd2ab0ae0c8268c7c9693540e9904811f36177", layers=12, vocabulary=50265,
        note="For summaries of longer English texts: reads twice as much as T5.",
    ),
    Preset(
        "google-t5/t5-base", "T5 base", "encoder-decoder", 222.9, 512, _FOUR, "apache-2.0",
        revision="a9723ea7f1b39c1eae772870f3b547bf6ef7e6c1", layers=24, vocabulary=_T5,
        note="The better translator of the two T5s; wants a GPU.",
    ),
    Preset(
        "google/flan-t5-base", "Flan-T5 base", "encoder-decoder", 247.6, 512, "English", "apache-2.0",
        revision="7bcac572ce56db69c1ea7c8af255c5d7c9672fc2",
        layers=24, inner=2048, vocabulary=_T5, tables=2,
        note="Clearly better than its small sibling, also with few rows; wants a GPU.",
    ),
    Preset(
        "google/flan-t5-large", "Flan-T5 large", "encoder-decoder", 783.2, 512, "English", "apache-2.0",
        revision="0613663d0d48ea86ba8cb3d7a44f0f65dc596a2a",
        layers=48, width=1024, inner=2816, vocabulary=_T5, tables=2,
        note="For the last bit of quality in English, on a GPU.",
    ),
    Preset(
        "google/madlad400-3b-mt", "MADLAD-400 3B", "encoder-decoder", 2940.4, 512, "more than 400 languages", "apache-2.0",
        revision="fa184c675da0b5c9e1c8694fccd4e12e2d422094",
        layers=64, width=1024, inner=8192, vocabulary=256_000, tables=2,
        note="A translator for nearly every written language; wants a large GPU.",
    ),
)  # fmt: skip
"""The first choice first, then from small to large."""
