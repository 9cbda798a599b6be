"""How a model that reads one text and writes another is told what to do: words in front of the text, or languages' codes.

Source: T5 was trained with "translate English to German: " and "summarize: " (Raffel et al. 2020, appendix D); MADLAD-400 with
`<2de>` (Kudugunta et al. 2023); NLLB, mBART and M2M100 have a token for every language (`deu_Latn`, `de_DE`). Others, mT5
among them, learned no such words, and a model that is tuned for one thing needs none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from studio.config import Languages
from studio.data.detect.languages import language_of
from studio.data.example import Example
from studio.errors import StudioError

NO_PREFIX = "none"
_CODES = {
    "English": "en eng", "German": "de deu", "French": "fr fra", "Spanish": "es spa", "Italian": "it ita",
    "Portuguese": "pt por", "Dutch": "nl nld", "Swedish": "sv swe", "Polish": "pl pol", "Turkish": "tr tur",
    "Romanian": "ro ron", "Japanese": "ja jpn", "Korean": "ko kor", "Chinese": "zh zho", "Russian": "ru rus",
    "Arabic": "ar arb ara", "Greek": "el ell", "Hebrew": "he heb", "Hindi": "hi hin", "Thai": "th tha",
    "Ukrainian": "uk ukr", "Czech": "cs ces", "Finnish": "fi fin", "Vietnamese": "vi vie", "Indonesian": "id ind",
}  # fmt: skip
"""What languages are called → their codes of ISO 639-1 and -3, as models write them."""
_NAMES = {code: name for name, codes in _CODES.items() for code in [name.casefold(), *codes.split()]}
_CODE = re.compile(r"[a-z]{2,3}_[A-Z][A-Za-z]{1,3}")
"""A language's token, as `deu_Latn` or `de_DE`."""
_SHOWN = 400
"""Texts that are looked at for their language."""
_LONG, _SHORTER = 200, 0.5
"""Characters of a text that is worth a summary, and what share of it a summary has at most."""


@dataclass(frozen=True)
class Told:
    """What the model is told with every text; all empty where it needs nothing."""

    prefix: str = ""
    codes: tuple[str, ...] = ()
    """Of the source's and the target's language, as the tokenizer has them."""

    @property
    def in_words(self) -> str:
        """A sentence for people; empty where there is nothing to say."""
        if self.codes:
            return f"The model is told the languages: {self.codes[0]} is read, {self.codes[1]} is written."
        return f"The model reads every text behind the words “{self.prefix}”." if self.prefix else ""


def told(examples: Sequence[Example], wished: Languages, tokenizer: Any, kind: str) -> Told:
    """For these rows (`source` and target), by what was wished, else by what they show. `kind`: the `model_type` of its config.

    Raises: StudioError where a model needs to know a language that the rows do not show, or does not know it.
    """
    prefix = "" if wished.prefix == NO_PREFIX else wished.prefix.strip()
    if _has_codes(tokenizer):
        asked = _languages(examples, wished)
        pair = [_token(tokenizer, *each) for each in zip(("source", "target"), asked, strict=True)]
        return Told(prefix, tuple(pair))
    if wished.prefix:
        return Told(prefix)
    if _is_token(tokenizer, "<2en>"):
        return Told(_tag(tokenizer, _languages(examples, wished)[1]))
    return Told(_words(examples, _languages(examples, wished)) if kind == "t5" else "")


def with_prefix(prefix: str, text: str) -> str:
    """The text as the model reads it."""
    return f"{prefix} {text}" if prefix else text


def speak(tokenizer: Any, codes: Sequence[str]) -> None:
    """Have the tokenizer mark sources and targets with these languages, also after it was saved and loaded."""
    if codes:
        tokenizer.src_lang, tokenizer.tgt_lang = codes
        tokenizer.init_kwargs |= {"src_lang": codes[0], "tgt_lang": codes[1]}


def begins(tokenizer: Any, codes: Sequence[str]) -> tuple[int, int]:
    """What a text in the target's language begins with: the token in the place of the model's usual start (as of mBART),
    and the first token that is written (as of NLLB and mBART-50); -1 each where there is none."""
    if not codes:
        return -1, -1
    code = tokenizer.convert_tokens_to_ids(codes[1])
    return (-1, code) if tokenizer(text_target="")["input_ids"][:1] == [code] else (code, -1)


def _languages(examples: Sequence[Example], wished: Languages) -> tuple[str, str]:
    """What they are called, or the codes that were wished; empty where nothing shows them."""
    some = examples[:: max(1, len(examples) // _SHOWN)]
    return (
        _named(wished.source_language) or language_of(each.inputs["source"] for each in some),
        _named(wished.target_language) or language_of(each.target or "" for each in some),
    )


def _named(wish: str) -> str:
    return _NAMES.get(wish.casefold(), wish)


def _words(examples: Sequence[Example], languages: tuple[str, str]) -> str:
    """As T5 was trained with; empty for what it was not trained for."""
    source, target = languages
    if source and target and source != target:
        return f"translate {source} to {target}:"
    some = examples[:: max(1, len(examples) // _SHOWN)]
    lengths = [
        median(map(len, texts)) for texts in zip(*((e.inputs["source"], e.target or "") for e in some), strict=True)
    ]
    return "summarize:" if lengths and lengths[0] >= _LONG and lengths[1] <= _SHORTER * lengths[0] else ""


def _has_codes(tokenizer: Any) -> bool:
    return hasattr(tokenizer, "src_lang") and hasattr(tokenizer, "set_tgt_lang_special_tokens")


def _is_token(tokenizer: Any, text: str) -> bool:
    return tokenizer.convert_tokens_to_ids(text) not in (None, tokenizer.unk_token_id)


def _token(tokenizer: Any, which: str, language: str) -> str:
    """The tokenizer's own code of a language. Raises: StudioError."""
    known = sorted(token for token in tokenizer.all_special_tokens if _CODE.fullmatch(token))
    if language in known:
        return language
    starts = [f"{code}_" for code in _CODES.get(language, language).split()]
    found = [token for token in known if token.startswith(tuple(starts))] if language else []
    if not found:
        raise _unknown(which, language, known)
    return str(found[0])


def _tag(tokenizer: Any, language: str) -> str:
    """As `<2de>`. Raises: StudioError."""
    found = [tag for code in _CODES.get(language, language).split() if _is_token(tokenizer, tag := f"<2{code}>")]
    if not found:
        raise _unknown("target", language, [])
    return str(found[0])


def _unknown(which: str, language: str, known: Sequence[str]) -> StudioError:
    what = f"does not know the {which} language “{language}”" if language else f"needs to know the {which} language"
    shown = f", one of: {', '.join(known[:12])}{' …' if len(known) > 12 else ''}" if known else ", as de or ja"
    return StudioError(
        f"The base model {what}{'' if language else ', and the rows do not show it'}",
        where=f"setting {which}_language",
        fix=f"Set it to the language's code{shown}.",
    )
