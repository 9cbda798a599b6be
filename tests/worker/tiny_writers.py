"""Random decoders, encoder-decoders and masked encoders of a few thousand weights, their tokenizers trained on the spot."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

CHAT = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""As many of today's models have it, without generation marks."""
MARKED = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
HYBRID = (
    "{%- set ns = namespace(last=messages|length - 1) %}{%- for message in messages %}"
    "{%- if message.role == 'user' %}{%- set ns.last = loop.index0 %}{%- endif %}{%- endfor %}"
    "{%- for message in messages %}{%- set content = message.content %}{%- set thoughts = '' %}"
    "{%- if '</think>' in content %}"
    "{%- set thoughts = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}"
    "{%- set content = content.split('</think>')[-1].lstrip('\n') %}{%- endif %}"
    "{{- '<|im_start|>' + message.role + '\n' }}"
    "{%- if message.role == 'assistant' and loop.index0 > ns.last %}"
    "{{- '<think>\n' + thoughts + '\n</think>\n\n' }}{%- endif %}{{- content + '<|im_end|>\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}"
    "{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\n\n</think>\n\n' }}{%- endif %}"
    "{%- endif %}"
)
"""As Qwen3 does it: it may think before it answers; thoughts, also empty ones, stand in the last turn only."""


def byte_tokenizer(texts: Sequence[str], *, template: str | None = None, words: int = 400, closes: bool = False) -> Any:
    """Byte-level BPE with `<pad>`, `</s>` and the marks of chats. `closes`: an end is put behind every text, as T5 has it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "</s>", "<|im_start|>", "<|im_end|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if closes:
        tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        additional_special_tokens=special[2:],
        model_max_length=128,
    )
    fast.chat_template = template
    return fast


def make_decoder(
    folder: Path, tokenizer: Any, *, kind: str = "gpt2", width: int = 48, layers: int = 2, places: int = 128
) -> Path:
    """`gpt2` has places counted from 0 and odd linear layers; `llama` rotates, and so does `qwen3`, with heads of any width."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(7)
    ends = {"bos_token_id": None, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    model: Any
    if kind == "gpt2":
        model = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=len(tokenizer),
                n_positions=places,
                n_embd=width,
                n_layer=layers,
                n_head=4,
                initializer_range=0.1,
                **ends,
            )
        )
    else:
        kinds: Any = {"llama": (LlamaForCausalLM, LlamaConfig), "qwen3": (Qwen3ForCausalLM, Qwen3Config)}
        model_class, config_class = kinds[kind]
        more = {"head_dim": 16} if kind == "qwen3" else {}
        model = model_class(
            config_class(
                vocab_size=len(tokenizer),
                hidden_size=width,
                intermediate_size=2 * width,
                num_hidden_layers=layers,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=places,
                initializer_range=0.1,
                **more,
                **ends,
            )
        )
    return saved(folder, model, tokenizer)


def make_encoder_decoder(folder: Path, tokenizer: Any, *, kind: str = "t5", width: int = 48, layers: int = 2) -> Path:
    import torch
    from transformers import BartConfig, BartForConditionalGeneration, T5Config, T5ForConditionalGeneration

    torch.manual_seed(7)
    pad, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    model: Any
    if kind == "t5":
        model = T5ForConditionalGeneration(
            T5Config(
                vocab_size=len(tokenizer),
                d_model=width,
                d_kv=12,
                d_ff=2 * width,
                num_layers=layers,
                num_heads=4,
                pad_token_id=pad,
                eos_token_id=end,
                decoder_start_token_id=pad,
            )
        )
    else:
        model = BartForConditionalGeneration(
            BartConfig(
                vocab_size=len(tokenizer),
                d_model=width,
                encoder_layers=layers,
                decoder_layers=layers,
                encoder_attention_heads=4,
                decoder_attention_heads=4,
                encoder_ffn_dim=2 * width,
                decoder_ffn_dim=2 * width,
                max_position_embeddings=128,
                init_std=0.1,
                pad_token_id=pad,
                bos_token_id=end,
                eos_token_id=end,
                decoder_start_token_id=end,
                forced_eos_token_id=None,
            )
        )
    return saved(folder, model, tokenizer)


def saved(folder: Path, model: Any, tokenizer: Any) -> Path:
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_masked(folder: Path, texts: Sequence[str], *, width: int = 48, layers: int = 2, words: int = 400) -> Path:
    """A masked encoder with word pieces."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    pieces = BertWordPieceTokenizer(lowercase=True)
    pieces.train_from_iterator(texts, vocab_size=words, show_progress=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=pieces._tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=128,
    )
    torch.manual_seed(7)
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=4,
            intermediate_size=2 * width,
            max_position_embeddings=128,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    return saved(folder, model, tokenizer)
