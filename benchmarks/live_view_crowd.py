"""Light viewers of a run, for `live_view.py`: HTTP clients that ask what a page asks and wait as long as they are told.

    python benchmarks/live_view_crowd.py VIEWERS URL RUN_DIR SECONDS

Prints one JSON object: how old each news was when it arrived (s), the bytes of each reply, and the polls a second.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import httpx

WARM_UP_S = 6.0


class Crowd:
    """Viewers that look at one run through one server."""

    def __init__(self, url: str, run_dir: Path, seconds: float) -> None:
        self.url, self.run_dir, self.end = url, run_dir, time.time() + seconds
        self.begin = time.time() + WARM_UP_S
        self.ages: list[float] = []
        self.sizes: list[int] = []
        self._times: list[float] = []

    async def watch(self, viewers: int) -> None:
        """All of them, until the time is over."""
        components = httpx.get(f"{self.url}config").json()["components"]
        live = next(each["id"] for each in components if each["props"].get("elem_id") == "live")
        async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=viewers)) as client:
            await asyncio.gather(*(self._view(client, live, number) for number in range(viewers)))

    async def _view(self, client: httpx.AsyncClient, component: int, number: int) -> None:
        await asyncio.sleep(number * 0.02)
        cursor = {"run": self.run_dir.name, "order": 0, "life": -1, "card": ""}
        while time.time() < self.end:
            body = {"data": cursor, "component_id": component, "fn_name": "poll", "session_hash": f"viewer{number}"}
            answer = await client.post(f"{self.url}gradio_api/component_server/", json=body)
            reply, now = answer.json(), time.time()
            if now > self.begin:
                self.sizes.append(len(answer.content))
                if cursor["order"]:  # the history that comes first is no news
                    self.ages.extend(now - written for written in self._written(cursor["order"], reply["order"]))
            cursor |= {"order": reply["order"], "life": reply["life"], "card": reply.get("card", cursor["card"])}
            await asyncio.sleep(reply["wait"] / 1000)

    def _written(self, old: int, new: int) -> list[float]:
        """When the events after number `old` were written, as their lines tell."""
        if len(self._times) < new:
            lines = (self.run_dir / "events.jsonl").read_bytes().splitlines()
            self._times = [json.loads(line)["time"] for line in lines]
        return self._times[old:new]


def main() -> None:
    """Watch, then tell."""
    viewers, url, run_dir, seconds = sys.argv[1:]
    crowd = Crowd(url, Path(run_dir), float(seconds))
    asyncio.run(crowd.watch(int(viewers)))
    rate = len(crowd.sizes) / (float(seconds) - WARM_UP_S)
    print(json.dumps({"ages": crowd.ages, "sizes": crowd.sizes, "rate": rate}))


if __name__ == "__main__":
    main()
