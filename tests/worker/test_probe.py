import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from studio.worker.features import TokenRows
from studio.worker.probe import MOST_ROWS, fit_linear, sample


def test_the_fit_is_that_of_logistic_regression():
    random = np.random.default_rng(0)
    centers = random.normal(size=(4, 20))
    labels = random.integers(0, 4, 400)
    features = centers[labels] + random.normal(size=(400, 20)) * 1.5
    features = (features / np.linalg.norm(features, axis=1, keepdims=True)).astype(np.float32)
    theirs = LogisticRegression(C=30, max_iter=2000, tol=1e-8).fit(features, labels)
    weight, bias = fit_linear(
        torch.from_numpy(features), torch.from_numpy(labels), torch.zeros(4, 20), torch.zeros(4), 30.0
    )
    ours = torch.softmax(torch.from_numpy(features) @ weight.T + bias, dim=1).numpy()
    assert np.abs(ours - theirs.predict_proba(features)).max() < 2e-3


def test_where_it_starts_from_does_not_matter():
    torch.manual_seed(0)
    features, labels = torch.randn(200, 8) + 5, torch.randint(0, 3, (200,))
    one = fit_linear(features, labels, torch.zeros(3, 8), torch.zeros(3), 10.0)
    two = fit_linear(features, labels, torch.randn(3, 8), torch.randn(3), 10.0)
    shares = [torch.softmax(features @ weight.T + bias, dim=1) for weight, bias in (one, two)]
    torch.testing.assert_close(*shares, atol=2e-3, rtol=0)


def test_a_large_part_is_sampled_with_every_label():
    features = [[{"input_ids": [1, 2], "labels": 1 if row == 29_999 else 0}] for row in range(30_000)]
    rows = TokenRows.of(features, 0, torch.device("cpu"))
    chosen = sample(rows, seed=1)
    assert len(chosen) == MOST_ROWS
    assert 29_999 in chosen
    assert np.array_equal(chosen, sample(rows, seed=1))
    assert len(set(chosen.tolist())) == MOST_ROWS
