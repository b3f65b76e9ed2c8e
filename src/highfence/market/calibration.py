"""Bayesian calibration with NumPyro: ``python -m highfence.market.calibration``. An extra: ``highfence[calibrate]``.

What is fitted are the standard normals that everything random of the model comes from, so that the prior is a standard
normal in about 280 directions, of which facts inform a few dozen. Those are found first, from gradients of the
log-likelihood about a best point (the informed subspace: eigenvectors of ``E[g g^T]``); in them a full normal is fitted
by stochastic variational inference while the others keep their prior, drawn anew at every step. The posterior is
therefore an affine map of the same normals (:class:`highfence.market.randomness.Affine`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import InputError
from highfence.market.inputs import known_arrays
from highfence.market.jaxed import jax_or_refuse, outcomes_of, stream_names
from highfence.market.observations import (
    SPAN,
    Fact,
    facts,
    facts_hash,
    latent_names,
    log_likelihood,
    predicted,
    shipped_map,
    stacked,
)
from highfence.market.randomness import Affine

Floats = NDArray[np.float64]
ORIGINS = (*(date(y, m, 1) for y in (2022, 2023, 2024) for m in (4, 10) if (y, m) > (2022, 4)), date(2025, 4, 1),
           date(2025, 7, 1), date(2026, 1, 1), date(2026, 7, 1), date(2026, 10, 1))
"""Origins that ship: half-years, and quarters where law changed between."""

MOST_FACTS = 96
BATCH = 16
DIRECTIONS = 64
"""Most directions in which a posterior differs from the prior."""

STEEPEST = 200.0
"""Longest gradient of a draw: a draw far out of what facts admit must not decide a step alone."""

LEAST = 0.1
"""Least second moment of gradients along a direction that facts count as saying something of; the prior's is 1."""

SEARCH, STEPS = 100, 240
"""Steps to the best point, and of variational inference."""

CHECKED = 512
"""Draws by which a fit is checked: importance weights."""

SEED = 5
OPTIONS = {"xla_llvm_disable_expensive_passes": True}
"""Compiler options: half the time to compile, no slower after."""


def numpyro_or_refuse() -> Any:
    """Return NumPyro.

    Raises
    ------
    InputError : it is not installed.
    """
    jax_or_refuse()
    try:
        import numpyro
        import numpyro.distributions
    except ImportError as missing:
        raise InputError("NumPyro is not installed", where="calibration", got="numpyro",
                         hint="pip install 'highfence[calibrate]'") from missing
    return numpyro


@cache
def names() -> tuple[str, ...]:
    """Return the names of the normals that are fitted, in order."""
    return tuple(dict.fromkeys((*stream_names(), *latent_names())))


def log_likelihood_of(z: Any, known: Mapping[str, Any], found: Mapping[str, Any]) -> Any:
    """Return the log-likelihood of facts, (D,), for normals (names, D): traceable."""
    xp = jax_or_refuse().numpy
    keep = shipped_map().outcomes
    run = outcomes_of(names(), keep, SPAN - 1, z, known)
    by_name = {name: z[i] for i, name in enumerate(names())}
    return log_likelihood(xp, found, xp.stack([run[name] for name in keep]), by_name)


@cache
def compiled() -> Callable[[Floats, Any, Any], tuple[Floats, Floats]]:
    """Return the log-likelihood and its gradient of a batch, compiled once for every origin."""
    jax = jax_or_refuse()

    def both(z: Any, known: Any, found: Any) -> Any:
        def total(z: Any) -> tuple[Any, Any]:
            each = log_likelihood_of(z, known, found)
            return each.sum(), each

        (_, each), slope = jax.value_and_grad(total, has_aux=True)(z)
        return each, slope

    example = np.zeros((len(names()), BATCH)), known_arrays(None), stacked((), MOST_FACTS)
    made = jax.jit(both).lower(*example).compile(compiler_options=OPTIONS)

    def run(z: Floats, known: Any, found: Any) -> tuple[Floats, Floats]:
        each, slope = made(np.ascontiguousarray(z), known, found)
        steep = np.nan_to_num(np.asarray(slope))
        norms = np.linalg.norm(steep, axis=0)
        return (np.nan_to_num(np.asarray(each), nan=-1e6, posinf=-1e6, neginf=-1e6),
                steep * np.minimum(1.0, STEEPEST / np.maximum(norms, 1e-9)))

    return run


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit of one origin: its map, and diagnostics."""

    affine: Affine
    told: dict[str, Any]


def fit(day: date, start: Floats | None = None, found: Sequence[Fact] | None = None, *, search: int = SEARCH,
        steps: int = STEPS, seed: int = SEED) -> Fitted:
    """Fit the posterior of a day to the facts that were public then.

    Parameters
    ----------
    start : where the search begins, such as the mean of an earlier origin; the prior's if None. found : the facts,
        those of the day if None. search, steps : lengths.
    """
    value = compiled()
    began = perf_counter()
    held = facts(day) if found is None else tuple(found)
    arrays, known = stacked(held, MOST_FACTS), known_arrays(day)
    rng = np.random.Generator(np.random.Philox(key=seed))
    best, slopes = _searched(value, known, arrays, np.zeros(len(names())) if start is None else start, rng, search)
    directions, moments = _informed(slopes, best)
    begin = directions.T @ best, 1.0 / np.sqrt(1.0 + moments)
    fitted = _varied(value, known, arrays, directions, begin, rng, steps, seed)
    affine = Affine(names(), directions, *fitted[:2])
    told = {"facts": len(held), "facts_hash": facts_hash(held), "ids": [fact.id for fact in held],
            "elbo": round(fitted[2], 2), **_checked(value, known, arrays, affine, rng),
            "directions": directions.shape[1], "seconds": round(perf_counter() - began, 1)}
    return Fitted(affine, told)


def _searched(value: Any, known: Any, arrays: Any, start: Floats, rng: Any, steps: int) -> tuple[Floats, Floats]:
    """Return a good point, smoothed over a small neighbourhood, and gradients of the log-likelihood about it."""
    point, first, second, kept = start.copy(), np.zeros_like(start), np.zeros_like(start), []
    for t in range(1, steps + 1):
        noise = rng.standard_normal((len(point), BATCH // 2))
        width = 0.5 if t > steps // 3 else 0.25
        z = point[:, None] + width * np.concatenate([noise, -noise], axis=1)
        _, slope = value(z, known, arrays)
        up = slope.mean(axis=1) - point
        first, second = 0.9 * first + 0.1 * up, 0.99 * second + 0.01 * up**2
        rate = 0.08 * min(1.0, 2.0 * (1.0 - t / (steps + 1)))
        point = point + rate * first / (1.0 - 0.9**t) / (np.sqrt(second / (1.0 - 0.99**t)) + 1e-8)
        if t > steps // 2:
            kept.append(slope)
    return point, np.concatenate(kept, axis=1)


def _informed(slopes: Floats, best: Floats) -> tuple[Floats, Floats]:
    """Return the directions in which the likelihood moves, and that to the best point, (names, k); and how much, (k,).

    A direction in which the second moment of gradients is below :data:`LEAST` is left to the prior.
    """
    norms = np.linalg.norm(slopes, axis=0)
    capped = slopes * np.minimum(1.0, np.quantile(norms, 0.9) / np.maximum(norms, 1e-9))
    moments, vectors = np.linalg.eigh(capped @ capped.T / capped.shape[1])
    count = int(np.clip((moments > LEAST).sum(), 1, DIRECTIONS - 1))
    top, moments = vectors[:, ::-1][:, :count], moments[::-1][:count]
    rest = best - top @ (top.T @ best)
    size = float(np.linalg.norm(rest))
    return (np.column_stack([top, rest / size]), np.append(moments, 0.0)) if size > 1e-6 else (top, moments)


def _varied(value: Any, known: Any, arrays: Any, directions: Floats, begin: tuple[Floats, Floats], rng: Any,
            steps: int, seed: int) -> tuple[Floats, Floats, float]:
    """Return mean and scale (lower triangle) of the normal fitted in the informed directions, and its ELBO.

    The likelihood is compiled once for all origins, outside NumPyro's step: the step sees its value and its gradient at
    the draws, which is all that the gradient of the ELBO needs. Draws come as an argument, hence the ``Delta`` that
    carries the density of the normal.
    """
    numpyro, jax = numpyro_or_refuse(), jax_or_refuse()
    xp, dist, k = jax.numpy, numpyro.distributions, directions.shape[1]
    prior = dist.Normal(xp.zeros(k), 1.0).to_event(1)

    def model(plain: Any, slope: Any, level: Any) -> None:
        with numpyro.plate("copies", BATCH):
            along = numpyro.sample("along", prior)
        numpyro.factor("facts", level + (slope * along.T).sum())

    def guide(plain: Any, slope: Any, level: Any) -> None:
        mean = numpyro.param("mean", xp.asarray(begin[0]))
        scale = numpyro.param("scale", xp.diag(begin[1]), constraint=dist.constraints.lower_cholesky)
        drawn = mean + plain @ scale.T
        density = dist.MultivariateNormal(mean, scale_tril=scale).log_prob(drawn)
        with numpyro.plate("copies", BATCH):
            numpyro.sample("along", dist.Delta(drawn, log_density=density, event_dim=1))

    rates = xp.asarray([0.03] * (steps // 2) + [0.01] * (steps - steps // 2))
    inference = numpyro.infer.SVI(model, guide, numpyro.optim.ClippedAdam(lambda i: rates[i], clip_norm=200.0),
                                  numpyro.infer.Trace_ELBO())
    update, params = jax.jit(inference.update), jax.jit(inference.get_params)
    state = inference.init(jax.random.PRNGKey(seed), np.zeros((BATCH, k)), np.zeros((k, BATCH)), 0.0)
    losses, means, scales = [], [], []
    for t in range(steps):
        found = params(state)
        mean, scale = np.asarray(found["mean"]), np.asarray(found["scale"])
        half = rng.standard_normal((BATCH // 2, k))
        plain, others = np.concatenate([half, -half]), rng.standard_normal((len(directions), BATCH))
        along = mean + plain @ scale.T
        each, steep = value(directions @ along.T + others - directions @ (directions.T @ others), known, arrays)
        slope = directions.T @ steep
        state, loss = update(state, plain, slope, float(each.sum() - (slope * along.T).sum()))
        if t >= steps - steps // 4:
            losses.append(float(loss) / BATCH)
            means.append(mean)
            scales.append(scale)
    return np.mean(means, axis=0), np.mean(scales, axis=0), -float(np.mean(losses))


def _checked(value: Any, known: Any, arrays: Any, affine: Affine, rng: Any) -> dict[str, Any]:
    """Return importance-sampling diagnostics, and how far fitted outcomes lie from facts."""
    plain = rng.standard_normal((len(affine.names), CHECKED))
    z = affine.moved(plain)
    each = np.concatenate([value(z[:, i:i + BATCH], known, arrays)[0] for i in range(0, CHECKED, BATCH)])
    along, e = affine.directions.T @ z, affine.directions.T @ plain
    logs = (each - 0.5 * (along**2).sum(axis=0) + 0.5 * (e**2).sum(axis=0)
            + float(np.log(np.abs(np.diag(affine.scale))).sum()))
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    return {"pareto_k": round(pareto_k(logs), 2), "effective": round(1.0 / float((weights**2).sum()), 1),
            "log_likelihood": round(float(each.mean()), 2)}


def nuts(day: date, affine: Affine, warmup: int = 150, samples: int = 250, seed: int = SEED) -> dict[str, Any]:
    """Compare a fitted posterior with NUTS over all normals, in the coordinates that the fit makes round.

    :data:`BATCH` chains run side by side. NumPyro's compiled sampler calls the likelihood back, which is computed by a
    process of its own: one runtime that waited for itself would wait for ever.

    Returns
    -------
    told : chains, draws, split R-hat and effective draws (worst and middle of the informed directions), difference of
    means in standard deviations of NUTS (root mean square and most), and ratio of standard deviations, fit over NUTS.
    """
    numpyro, jax = numpyro_or_refuse(), jax_or_refuse()
    xp, aside = jax.numpy, ProcessPoolExecutor(1, get_context("spawn"))
    count, mixed = len(affine.names), np.eye(len(affine.names))
    mixed = mixed + affine.directions @ (affine.scale - np.eye(affine.scale.shape[0])) @ affine.directions.T
    shift = affine.directions @ affine.mean

    def outside(u: Any) -> tuple[Floats, Floats]:
        flat = np.asarray(u).reshape(-1, count)
        z = flat @ mixed.T + shift
        each, slope = aside.submit(_valued, z.T, day).result()
        log_density = each - 0.5 * (z**2).sum(axis=1)
        return log_density.reshape(u.shape[:-1]), ((slope.T - z) @ mixed).reshape(u.shape)

    def both(u: Any) -> Any:
        shapes = jax.ShapeDtypeStruct(u.shape[:-1], u.dtype), jax.ShapeDtypeStruct(u.shape, u.dtype)
        return jax.pure_callback(outside, shapes, u, vmap_method="expand_dims")

    density = jax.custom_jvp(lambda u: both(u)[0])

    def tangent(at: Any, along: Any) -> tuple[Any, Any]:
        level, slope = both(at[0])
        return level, (slope * along[0]).sum(-1)

    density.defjvp(tangent)
    kernel = numpyro.infer.NUTS(potential_fn=lambda u: -density(u), max_tree_depth=5)
    sampler = numpyro.infer.MCMC(kernel, num_warmup=warmup, num_samples=samples, num_chains=BATCH,
                                 chain_method="vectorized", progress_bar=False)
    start = 0.5 * np.random.default_rng(seed).standard_normal((BATCH, count))
    sampler.run(jax.random.PRNGKey(seed), init_params=xp.asarray(start))
    u = np.asarray(sampler.get_samples(group_by_chain=True))
    aside.shutdown()
    along = (u @ mixed.T + shift) @ affine.directions
    summary = numpyro.diagnostics.summary({"along": along})["along"]
    mean, sd = along.mean(axis=(0, 1)), along.std(axis=(0, 1))
    fitted = np.sqrt(np.diag(affine.scale @ affine.scale.T))
    gap = (affine.mean - mean) / sd
    told = {"r_hat": summary["r_hat"].max(), "r_hat_middle": np.median(summary["r_hat"]),
            "effective": summary["n_eff"].min(), "effective_middle": np.median(summary["n_eff"]),
            "mean_gap_rms": (gap**2).mean() ** 0.5, "mean_gap_most": np.abs(gap).max(),
            "width_ratio": np.median(fitted / sd), "width_ratio_least": (fitted / sd).min()}
    return {"chains": BATCH, "draws": samples, **{name: round(float(number), 3) for name, number in told.items()}}


def _valued(z: Floats, day: date) -> tuple[Floats, Floats]:
    """Return the log-likelihood of a day's facts and its gradient, for a process that does nothing else."""
    known, arrays = _held(day)
    return compiled()(z, known, arrays)


@cache
def _held(day: date) -> tuple[dict[str, Any], dict[str, Floats]]:
    return known_arrays(day), stacked(facts(day), MOST_FACTS)


def pareto_k(logs: Floats) -> float:
    """Return the shape of the tail of importance weights (Vehtari and others 2024): below 0.7 they can be trusted.

    The largest fifth of the weights is fitted by a generalised Pareto distribution, by the method of Zhang and
    Stephens (2009).

    >>> rng = np.random.default_rng(0)
    >>> pareto_k(0.1 * rng.standard_normal(1000)) < 0.5 < pareto_k(4.0 * rng.standard_normal(1000))
    True
    """
    weights = np.sort(np.exp(logs - logs.max()))
    count = min(len(weights) // 5, int(3 * len(weights) ** 0.5))
    x = weights[-count:] - weights[-count - 1]
    x = np.maximum(x, 1e-300)
    m = 30 + int(count**0.5)
    quarter = x[int(count / 4 + 0.5) - 1]
    b = (1.0 - np.sqrt(m / (np.arange(1, m + 1) - 0.5))) / (3.0 * quarter) + 1.0 / x[-1]
    k = np.log1p(-b[:, None] * x[None, :]).mean(axis=1)
    level = count * (np.log(-b / k) - k - 1.0)
    posterior = 1.0 / np.exp(level[None, :] - level[:, None]).sum(axis=1)
    mean = float((b * posterior).sum() / posterior.sum())
    return float(np.log1p(-mean * x).mean())


def table_of_fit(day: date, affine: Affine, draws: int = 256) -> list[dict[str, Any]]:
    """Return each fact with what the fitted model says of it before errors of groups: 10th, 50th, 90th percentile."""
    jax = jax_or_refuse()
    found = facts(day)
    z = affine.moved(np.random.default_rng(1).standard_normal((len(affine.names), draws)))
    keep = shipped_map().outcomes
    run = jax.jit(lambda z, known: outcomes_of(names(), keep, SPAN - 1, z, known))(z, known_arrays(day))
    at = {name: i for i, name in enumerate(affine.names)}
    offsets = np.stack([z[at[f"offset.{s}"]] for s in shipped_map().offsets])
    said = predicted(np, stacked(found), np.stack([np.asarray(run[name]) for name in keep]), offsets)
    low, mid, high = np.quantile(said, (0.1, 0.5, 0.9), axis=0)
    value = stacked(found)["value"]
    return [{"fact": f.id, "group": f.row.group, "value": float(value[i]), "error": f.error, "low": float(low[i]),
             "mid": float(mid[i]), "high": float(high[i])} for i, f in enumerate(found)]


FINGERPRINTS = ("nvidia_china_revenue", "cards_units", "huawei_units", "premium", "equipment_sales")


def fingerprint(day: date) -> list[float]:
    """Return outcomes of two prior draws as a day knows them: they change when kernel, tables or parameters do."""
    from highfence.market.runs import simulate

    run = simulate(draws=2, as_of=day, posterior=False, keep=FINGERPRINTS, until=f"{SPAN // 4 + 2020}Q4")
    return [float(f"{v:.8g}") for name in FINGERPRINTS for v in run.values[name][[7, 15, 23]].ravel()]


def stale(day: date) -> str:
    """Return what of a shipped posterior is no longer current, empty where nothing is."""
    from highfence.market.posterior import record

    told = record()["origins"].get(day.isoformat())
    if told is None:
        return "no posterior ships"
    if told["facts_hash"] != facts_hash(facts(day)):
        return "the facts public then have changed"
    if record()["names"] != list(names()):
        return "the model's random inputs have changed"
    if not np.allclose(told["fingerprint"], fingerprint(day), rtol=1e-5, atol=1e-9):
        return "the kernel, its tables or its parameters have changed"
    return ""


def calibrate(days: Sequence[date], say: Callable[[str], None] = print) -> None:
    """Fit posteriors and write them with their record; each search begins at the prior's middle.

    Parameters
    ----------
    say : told of each origin.
    """
    from highfence.__about__ import DATA_VERSION, __version__
    from highfence.market.posterior import FOLDER, write_record

    numpyro_or_refuse()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for day in sorted(days):
        made = fit(day)
        np.savez_compressed(FOLDER / f"{day.isoformat()}.npz", directions=made.affine.directions.astype(np.float32),
                            mean=made.affine.mean.astype(np.float32), scale=made.affine.scale.astype(np.float32))
        versions = {"highfence": __version__, **{p: version(p) for p in ("jax", "numpyro", "numpy")}}
        write_record({"versions": versions, "data_version": DATA_VERSION, "seed": SEED, "search": SEARCH,
                      "steps": STEPS, "batch": BATCH, "names": list(names()),
                      "origins": {day.isoformat(): {**made.told, "fingerprint": fingerprint(day)}}})
        say(f"{day} " + " ".join(f"{k}={v}" for k, v in made.told.items() if k != "ids"))


def main(words: Sequence[str]) -> int:
    """Rebuild posteriors, those of the days named or all; ``--check`` says which are due; ``--nuts`` compares."""
    from highfence.market.posterior import origins

    if "--check" in words:
        due = {day: why for day in origins() if (why := stale(day))}
        for day, why in due.items():
            print(f"{day}: {why}: make calibrate")
        return int(bool(due))
    days = [date.fromisoformat(word) for word in words if not word.startswith("--")]
    if "--nuts" in words:
        from highfence.market.posterior import posterior, write_record

        for day in days:
            told = nuts(day, posterior(day).affine)
            print(told)
            write_record({"nuts": {day.isoformat(): told}})
        return 0
    calibrate(days or ORIGINS)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
