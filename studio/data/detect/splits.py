"""The column that says which part a row belongs to: train, validation or test, or a fold's number."""

from studio.data.detect.detection import Part, SplitColumn
from studio.data.detect.names import words_of
from studio.data.detect.profile import Column

_WORDS: dict[Part, str] = {
    "train": """train training trn trainset learn learning fit lernen trainings trainingsdaten entrainement apprentissage
        entrenamiento entreno addestramento allenamento treino treinamento trein 训练 训练集 訓練 学習 обучение обучающая""",
    "validation": """validation valid val validate dev develop development devel validierung entwicklung tuning validacion
        desarrollo convalida validazione sviluppo validacao desenvolvimento validatie ontwikkeling 验证 验证集 検証 開発
        валидация""",
    "test": """test testing tst tests testset heldout holdout eval evaluation prueba pruebas teste prova essai toets
        testdaten 测试 测试集 テスト 評価 тест тестовая""",
}
_PARTS: dict[str, Part] = {words_of(word)[0]: part for part, words in _WORDS.items() for word in words.split()}
_MOST_VALUES = 12
_FOLDS = range(2, 21)


def split_column(columns: list[Column]) -> SplitColumn | None:
    """The first column that names the parts, rather one whose name says so too; None when there is none."""
    for column in sorted(columns, key=lambda column: -column.said("split")):
        if column.filled_share < 0.9 or not 1 <= column.distinct <= max(_MOST_VALUES, _FOLDS[-1]):
            continue
        parts = _named_parts(column) or _folds(column)
        if parts is not None:
            return SplitColumn(column.name, parts)
    return None


def _named_parts(column: Column) -> dict[str, Part] | None:
    """Values that are words for a part, of which one is train; a single part counts only under a name like `split`."""
    parts: dict[str, Part] = {}
    for value in dict.fromkeys(column.values):
        words = words_of(value)
        part = _PARTS.get("".join(words)) or (_PARTS.get(words[0]) if 1 < len(words) <= 3 else None)
        if part is None:
            return None
        parts[value] = part
    if column.said("split") and parts:
        return parts
    return parts if {"train"} < set(parts.values()) else None


def _folds(column: Column) -> dict[str, Part] | None:
    """Folds are numbers under a name like `fold`: the last is the test part, the one before it the validation part."""
    if not {"fold", "folds", "kfold", "cv"} & set(words_of(column.name)) or column.integers < 1:
        return None
    numbers = sorted({int(value) for value in column.values})
    if len(numbers) not in _FOLDS:
        return None
    parts: dict[str, Part] = {str(number): "train" for number in numbers}
    if len(numbers) > 2:
        parts[str(numbers[-2])] = "validation"
    parts[str(numbers[-1])] = "test"
    return {value: parts[str(int(value))] for value in dict.fromkeys(column.values)}
