"""The pool: what hostile pictures and bad preparers do to their own job, and to nothing else."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinakes.errors import MediaError, UsageError
from pinakes.media.decode import decode
from pinakes.media.job import Decoded, Job
from pinakes.media.limits import Limits
from pinakes.media.phash import phash
from pinakes.media.pool import DecodePool
from pinakes.media.reasons import Reason

HERE = Path(__file__).parent
LOOK_AHEAD = 64


def png(colour, size=(40, 30)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def noise(size=(200, 150), kind="JPEG"):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1] // 10, size[0] // 10, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(file, kind)
    return file.getvalue()


RED, BLUE = png("red"), png("blue")


def answers(pool, *pictures):
    return [answer for _, answer in pool.run(Job(i, data=data) for i, data in enumerate(pictures))]


def gone(process_id):
    """A process that has ended, whether or not somebody has collected its exit code."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def wait_until(true, seconds):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_the_answer_is_what_decoding_here_gives(tmp_path):
    data = noise()
    (tmp_path / "photo.txt").write_bytes(data)
    preparers = {"pixels": "media_preparers:pixels", "mean": "media_preparers:mean_colour"}
    with DecodePool(preparers, workers=1) as pool:
        (job, answer), *rest = pool.run([Job("k", path=tmp_path / "photo.txt")])
    picture = decode(data)
    assert not rest
    assert job.key == "k"
    assert (answer.sha256, answer.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (answer.format, answer.width, answer.height) == ("JPEG", 200, 150)
    assert answer.phash == phash(picture.rgb)
    assert answer.thumbnail is None
    np.testing.assert_array_equal(answer.prepared["pixels"], picture.rgb)
    np.testing.assert_allclose(answer.prepared["mean"], picture.rgb.mean(axis=(0, 1)), rtol=1e-5)
    assert answer.prepared["mean"].dtype == np.float32


def test_arrays_of_odd_sizes_arrive_whole():
    preparers = {"corner": "media_preparers:corner", "mean": "media_preparers:mean_colour"}
    with DecodePool(preparers, thumbnail=16, workers=1) as pool:
        answer = pool.decode_one(BLUE)
    assert answer.prepared["corner"].tolist() == [[0]]
    assert answer.prepared["mean"].tolist() == [0, 0, 255]
    assert answer.prepared["mean"].flags.aligned
    with Image.open(io.BytesIO(answer.thumbnail)) as small:
        assert (small.format, small.size) == ("WEBP", (16, 12))


def test_scaled_decoding_leaves_enough_for_the_thumbnail():
    with DecodePool({"pixels": "media_preparers:pixels"}, {"pixels": 50}, thumbnail=200, workers=1) as pool:
        answer = pool.decode_one(noise((1600, 1200)))
    assert answer.prepared["pixels"].shape == (150, 200, 3)
    assert (answer.width, answer.height) == (1600, 1200)
    with Image.open(io.BytesIO(answer.thumbnail)) as small:
        assert small.size == (200, 150)


def test_answers_come_in_the_order_of_the_jobs():
    # Red ones are slow to prepare here, blue ones are refused at once.
    jobs = [Job(i, data=RED if i % 3 == 0 else b"no picture") for i in range(9)]
    with DecodePool({"slow": "media_preparers:slow"}, workers=2) as pool:
        found = list(pool.run(jobs))
    assert [job for job, _ in found] == jobs
    assert [isinstance(answer, Decoded) for _, answer in found] == [i % 3 == 0 for i in range(9)]


def test_jobs_are_taken_a_bounded_number_ahead_and_by_the_calling_thread():
    taken, threads = [], set()

    def jobs():
        for i in range(200):
            taken.append(i)
            threads.add(threading.get_ident())
            yield Job(i, data=BLUE)

    with DecodePool(workers=1) as pool:
        for done, (job, _) in enumerate(pool.run(jobs())):
            assert job.key == done
            assert len(taken) - done <= LOOK_AHEAD
    assert threads == {threading.get_ident()}


def test_a_run_that_is_left_early_leaves_the_pool_usable():
    with DecodePool(workers=1) as pool:
        run = pool.run(Job(i, data=BLUE) for i in range(1000))
        next(run)
        run.close()
        assert pool.decode_one(BLUE).width == 40


def test_many_threads_share_one_pool():
    with (
        DecodePool({"mean": "media_preparers:mean_colour"}, workers=2) as pool,
        ThreadPoolExecutor(8) as threads,
    ):
        colours = [(i, 255 - i, 7) for i in range(64)]
        found = list(threads.map(lambda colour: pool.decode_one(png(colour)), colours))
    assert [tuple(answer.prepared["mean"]) for answer in found] == colours


@pytest.mark.parametrize(
    ("preparer", "reason"),
    [
        ("hang", Reason.TIMEOUT),
        ("spin", Reason.TIMEOUT),
        ("allocate", Reason.OUT_OF_MEMORY),
        ("leave", Reason.CRASHED),
        ("segfault", Reason.CRASHED),
        ("complain", Reason.PREPARER_FAILED),
        ("forget", Reason.PREPARER_FAILED),
        ("objects", Reason.PREPARER_FAILED),
    ],
)
def test_only_the_picture_that_causes_trouble_fails(preparer, reason):
    limits = Limits(seconds=1.0)
    with DecodePool({"bad": f"media_preparers:{preparer}"}, workers=1, limits=limits) as pool:
        found = answers(pool, BLUE, RED, BLUE, RED, BLUE)
    assert [isinstance(answer, Decoded) for answer in found] == [True, False, True, False, True]
    assert {answer.reason for answer in found[1::2]} == {reason}


def test_refusals_say_what_happened():
    details = []
    for preparer in ("complain", "segfault", "leave"):
        with DecodePool({"bad": f"media_preparers:{preparer}"}, workers=1) as pool:
            details.append(answers(pool, RED)[0].detail)
    assert details == [
        "bad: KeyError: 'no red here'",
        "the process that decoded it was ended by signal SIGSEGV",
        "the process that decoded it ended with exit code 3",
    ]


def test_memory_limit_is_above_what_an_idle_worker_holds():
    big = noise((3000, 2000), "PNG")  # 18 MB of pixels, and the decoder's own copies
    with DecodePool(workers=1, limits=Limits(memory=16 * 2**20)) as pool:
        with pytest.raises(MediaError) as caught:
            pool.decode_one(big)
        assert caught.value.reason == Reason.OUT_OF_MEMORY
        assert pool.decode_one(RED).width == 40
    with DecodePool(workers=1, limits=Limits(memory=128 * 2**20)) as pool:
        assert pool.decode_one(big).width == 3000


def test_a_worker_that_died_while_idle_costs_nothing():
    with DecodePool({"id": "media_preparers:process_id"}, workers=1) as pool:
        first = int(pool.decode_one(BLUE).prepared["id"][0])
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: gone(first), 5)
        assert int(pool.decode_one(BLUE).prepared["id"][0]) != first


@pytest.mark.parametrize(("background", "lower"), [(True, 10), (False, 0)])
def test_workers_in_the_background_step_back(background, lower):
    with DecodePool({"id": "media_preparers:process_id"}, workers=1, background=background) as pool:
        worker = int(pool.decode_one(BLUE).prepared["id"][0])
        ours = os.getpriority(os.PRIO_PROCESS, os.getpid())
        assert os.getpriority(os.PRIO_PROCESS, worker) == min(ours + lower, 19)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "large").write_bytes(bytes(2000))
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    named = {
        "missing": Reason.UNREADABLE,
        "nul\0": Reason.UNREADABLE,
        ".": Reason.UNREADABLE,
        "pipe": Reason.UNREADABLE,
        "large": Reason.TOO_MANY_BYTES,
        "empty": Reason.EMPTY,
    }
    with DecodePool(workers=1, limits=Limits(bytes=1000, seconds=2.0)) as pool:
        found = {job.key: answer.reason for job, answer in pool.run(Job(n, path=tmp_path / n) for n in named)}
    assert found == named


def test_names_that_are_not_utf8_and_relative_names(tmp_path, monkeypatch):
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / name).write_bytes(BLUE)
    with DecodePool(workers=1) as pool:
        pool.decode_one(BLUE)
        monkeypatch.chdir(tmp_path)  # after the worker has started elsewhere
        found = dict(pool.run([Job(0, path=Path(name)), Job(1, path=Path(name + "x"))]))
    (_, answer), (_, refusal) = found.items()
    assert answer.width == 40
    assert (
        refusal.detail.encode()
        .decode()
        .endswith("caf\N{REPLACEMENT CHARACTER}.pngx: No such file or directory")
    )


def test_a_job_without_a_picture_is_empty():
    with DecodePool(workers=1) as pool:
        ((_, answer),) = pool.run([Job(0)])
    assert answer.reason == Reason.EMPTY


def test_workers_use_one_thread_each():
    with DecodePool({"threads": "media_preparers:threads"}, workers=1) as pool:
        assert pool.decode_one(BLUE).prepared["threads"].tolist() == [1, 1]


def test_what_a_preparer_prints_does_no_harm(capfd):
    with DecodePool({"noisy": "media_preparers:noisy"}, workers=1) as pool:
        assert pool.decode_one(BLUE).width == 40
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("preparer", ["no_such_module:f", "media_preparers:no_such_function", "colon"])
def test_a_preparer_that_cannot_be_imported_stops_the_run(preparer):
    with DecodePool({"x": preparer}, workers=2) as pool, pytest.raises(UsageError, match="cannot import"):
        answers(pool, BLUE, BLUE)


def test_a_pool_must_be_open_and_have_workers():
    with pytest.raises(UsageError, match="not open"):
        DecodePool().decode_one(BLUE)
    with pytest.raises(UsageError, match="1 worker or more"), DecodePool(workers=0):
        pass
    pool = DecodePool(workers=1)
    with pool:
        pass
    pool.close()  # a second time does nothing
    with pytest.raises(UsageError, match="not open"):
        answers(pool, BLUE)
    with pool:  # and it can be opened again
        assert pool.decode_one(BLUE).width == 40


def test_nothing_is_left_behind():
    before = len(list(Path("/proc/self/fd").iterdir()))
    with DecodePool({"id": "media_preparers:process_id", "bad": "media_preparers:leave"}, workers=2) as pool:
        found = answers(pool, *[BLUE, RED] * 5)
    assert sum(isinstance(answer, MediaError) for answer in found) == 5
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not [child for child in children if gone(child)], "zombies"
    workers = {int(answer.prepared["id"][0]) for answer in found if isinstance(answer, Decoded)}
    assert all(gone(worker) for worker in workers)


def test_closing_does_not_wait_for_a_worker_that_hangs():
    with DecodePool({"bad": "media_preparers:hang"}, workers=1, limits=Limits(seconds=30)) as pool:
        pool.decode_one(BLUE)
        threading.Timer(0.2, pool.close).start()
        start = time.monotonic()
        with pytest.raises(MediaError, match="SIGKILL"):
            pool.decode_one(RED)
    assert time.monotonic() - start < 5


def script(body):
    """A program of its own: what happens to its process must not happen to this one."""
    return [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        f"from pinakes.media.pool import DecodePool, Job\nfrom pinakes.media.limits import Limits\n{body}",
    ]


def test_workers_end_when_their_parent_is_killed():
    # One worker idles, the other is in an endless loop; both must go although nobody is left to kill them.
    body = f"""
import os, threading
pool = DecodePool({{"id": "media_preparers:process_id", "bad": "media_preparers:spin"}}, workers=2,
                  limits=Limits(seconds=0.5))
pool.open()
jobs = [Job(i, data={BLUE!r}) for i in range(60)]
print(*{{int(a.prepared["id"][0]) for _, a in pool.run(jobs)}}, flush=True)
threading.Timer(0.2, os.kill, (os.getpid(), 9)).start()
pool.decode_one({RED!r})
"""
    done = subprocess.run(script(body), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    workers = [int(word) for word in done.stdout.split()]
    assert workers
    wait_until(lambda: all(gone(worker) for worker in workers), 5)


def test_it_works_without_standard_streams(tmp_path):
    body = f"""
import os
for fd in (0, 1, 2): os.close(fd)
with DecodePool(workers=2) as pool:
    widths = [a.width for _, a in pool.run(Job(i, data={BLUE!r}) for i in range(5))]
open({str(tmp_path / "out")!r}, "w").write(repr(widths))
"""
    subprocess.run(script(body), timeout=30, check=False)
    assert (tmp_path / "out").read_text() == "[40, 40, 40, 40, 40]"


def test_interrupt_from_the_keyboard_is_the_parents_alone():
    body = f"""
with DecodePool({{"slow": "media_preparers:slow"}}, workers=2) as pool:
    pool.decode_one({BLUE!r})
    print("ready", flush=True)
    for _ in pool.run(Job(i, data={BLUE!r}) for i in range(1000)): pass
"""
    program = subprocess.Popen(
        script(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0
    )
    with program:
        assert program.stdout.readline() == "ready\n"
        os.killpg(program.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
        _, errors = program.communicate(timeout=10)
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")


def test_a_module_that_lies_about_is_not_taken_for_ours(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise RuntimeError('not the json you are looking for')")
    monkeypatch.chdir(tmp_path)
    with DecodePool(workers=1) as pool:
        assert pool.decode_one(BLUE).width == 40


def test_a_worker_imports_nothing_heavy():
    body = "import pinakes.media.worker; print(*sys.modules)"
    done = subprocess.run(script(body), capture_output=True, text=True, check=True)
    assert not {"polars", "pydantic", "sqlalchemy", "pillow_heif"} & set(done.stdout.split())
