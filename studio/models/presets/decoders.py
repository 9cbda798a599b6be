"""Decoders: they write on from what was written before, to reply, document and chat."""

from functools import partial

from studio.models.presets.preset import Preset

_decoder = partial(Preset, family="decoder", pooling="last")
_QWEN, _SMOL, _LLAMA, _GEMMA = 151_936, 49_152, 128_256, 262_144  # rows of their vocabularies
_MANY = "more than 100 languages"
_EIGHT = "English, German, French, Italian, Portuguese, Hindi, Spanish, Thai"

DECODERS: tuple[Preset, ...] = (
    _decoder(
        "HuggingFaceTB/SmolLM2-135M-Instruct", "SmolLM2 135M", parameters=134.5, context=8192, languages="English",
        license="apache-2.0", revision="12fd25f77366fa6b3b4b768ec3050bf629380bac",
        layers=30, width=576, inner=1536, vocabulary=_SMOL, chats=True,
        note="The smallest that chats: to try things out on a processor, in English.",
    ),
    _decoder(
        "HuggingFaceTB/SmolLM2-135M", "SmolLM2 135M, plain", parameters=134.5, context=8192, languages="English",
        license="apache-2.0", revision="93efa2f097d58c2a74874c7e644dbc9b0cee75a2",
        layers=30, width=576, inner=1536, vocabulary=_SMOL,
        note="The same before it was taught to chat: for continuing texts of one kind.",
    ),
    _decoder(
        "HuggingFaceTB/SmolLM2-360M-Instruct", "SmolLM2 360M", parameters=361.8, context=8192, languages="English",
        license="apache-2.0", revision="a10cc1512eabd3dde888204e902eca88bddb4951",
        layers=32, width=960, inner=2560, vocabulary=_SMOL, chats=True,
        note="Good for short English replies in one style, still at home on a processor.",
    ),
    _decoder(
        "Qwen/Qwen3-0.6B", "Qwen3 0.6B", parameters=596.0, context=32_768, languages=_MANY,
        license="apache-2.0", revision="c1899de289a04d12100db370d81485cdf75e47ca",
        layers=28, width=1024, inner=3072, vocabulary=_QWEN, chats=True,
        note="Small, modern and multilingual: the right first choice for replies and chats.",
    ),
    _decoder(
        "Qwen/Qwen3-0.6B-Base", "Qwen3 0.6B, plain", parameters=596.0, context=32_768, languages=_MANY,
        license="apache-2.0", revision="da87bfb608c14b7cf20ba1ce41287e8de496c0cd",
        layers=28, width=1024, inner=3072, vocabulary=_QWEN,
        note="The same before it was taught to chat: for texts of one kind, in any language.",
    ),
    _decoder(
        "allenai/OLMo-2-0425-1B-Instruct", "OLMo 2 1B", parameters=1484.9, context=4096, languages="English",
        license="apache-2.0", revision="48d788eca847d4d7548f375ad03d3c9312f6139e",
        layers=16, width=2048, vocabulary=100_352, tables=2, chats=True,
        note="For those who must know what a model was taught: its data are open too.",
    ),
    _decoder(
        "HuggingFaceTB/SmolLM2-1.7B-Instruct", "SmolLM2 1.7B", parameters=1711.4, context=8192, languages="English",
        license="apache-2.0", revision="31b70e2e869a7173562077fd711b654946d38674",
        layers=24, width=2048, vocabulary=_SMOL, chats=True,
        note="A solid English writer for a GPU of 16 GB.",
    ),
    _decoder(
        "Qwen/Qwen3-1.7B", "Qwen3 1.7B", parameters=1720.6, context=32_768, languages=_MANY,
        license="apache-2.0", revision="70d244cc86ccca08cf5af4e1e306ecf908b1ad5e",
        layers=28, width=2048, inner=6144, vocabulary=_QWEN, chats=True,
        note="The best of its size in most languages; for a GPU of 16 GB.",
    ),
    _decoder(
        "Qwen/Qwen3-1.7B-Base", "Qwen3 1.7B, plain", parameters=1720.6, context=32_768, languages=_MANY,
        license="apache-2.0", revision="ea980cb0a6c2ae4b936e82123acc929f1cec04c1",
        layers=28, width=2048, inner=6144, vocabulary=_QWEN,
        note="The same before it was taught to chat.",
    ),
    _decoder(
        "ibm-granite/granite-3.3-2b-instruct", "Granite 3.3 2B", parameters=2533.5, context=131_072,
        languages="12 languages, among them Arabic, Chinese and Japanese",
        license="apache-2.0", revision="707f574c62054322f6b5b04b6d075f0a8f05e0f0",
        layers=40, width=2048, vocabulary=49_159, chats=True,
        note="Made for business texts, with very long ones in mind.",
    ),
    _decoder(
        "HuggingFaceTB/SmolLM3-3B", "SmolLM3 3B", parameters=3075.1, context=65_536,
        languages="English, French, Spanish, German, Italian, Portuguese",
        license="apache-2.0", revision="a07cc9a04f16550a088caea529712d1d335b0ac1",
        layers=36, width=2048, inner=11_008, vocabulary=_LLAMA, chats=True,
        note="Strong in six European languages; wants a large GPU.",
    ),
    _decoder(
        "Qwen/Qwen3-4B-Instruct-2507", "Qwen3 4B", parameters=4022.5, context=262_144, languages=_MANY,
        license="apache-2.0", revision="cdbee75f17c01a7cc42f958dc650907174af0554",
        layers=36, width=2560, inner=9728, vocabulary=_QWEN, chats=True,
        note="Very good in most languages; wants a large GPU.",
    ),
    _decoder(
        "Qwen/Qwen3-8B", "Qwen3 8B", parameters=8190.7, context=32_768, languages=_MANY,
        license="apache-2.0", revision="b968826d9c46dd6066d109eabc6255188de91218",
        layers=36, width=4096, inner=12_288, vocabulary=_QWEN, tables=2, chats=True,
        note="The strongest here, with adapters on a GPU of 80 GB.",
    ),
    _decoder(
        "google/gemma-3-270m-it", "Gemma 3 270M", parameters=268.1, context=32_768, languages="about 140 languages",
        license="gemma", revision="ac82b4e820549b854eebf28ce6dedaf9fdfa17b3", is_gated=True,
        layers=18, width=640, inner=2048, vocabulary=_GEMMA, chats=True,
        note="Tiny and multilingual, made to be tuned for one thing; under Google's terms.",
    ),
    _decoder(
        "google/gemma-3-1b-it", "Gemma 3 1B", parameters=999.9, context=32_768, languages="about 140 languages",
        license="gemma", revision="dcc83ea841ab6100d6b47a070329e1ba4cf78752", is_gated=True,
        layers=26, width=1152, inner=6912, vocabulary=_GEMMA, chats=True,
        note="Good in many languages for its size; under Google's terms.",
    ),
    _decoder(
        "meta-llama/Llama-3.2-1B-Instruct", "Llama 3.2 1B", parameters=1235.8, context=131_072, languages=_EIGHT,
        license="llama3.2", revision="9213176726f574b556790deb65791e0c5aa438b6", is_gated=True,
        layers=16, width=2048, vocabulary=_LLAMA, chats=True,
        note="Well known, with much made for it; under Meta's terms.",
    ),
)  # fmt: skip
"""From small to large; those that ask for consent last."""
