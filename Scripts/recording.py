"""Records a tour of the explorer as an asciicast, of the program's own snapshots.

    python3 Scripts/recording.py .build/release/replk-tui docs/images/tour.cast

Play it with `asciinema play docs/images/tour.cast`.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

COLUMNS, ROWS = 100, 30

# Keys pressed from the first screen, and for how many seconds one looks at what they lead to.
TOUR = [
    ("", 4),
    ("[", 1.5),
    ("[ [", 1.5),
    ("[ [ [", 2),
    ("[ [ [ ] ] ]", 1.5),
    ("3", 2),
    ("3 >", 1.5),
    ("3 > >", 1.5),
    ("3 > > >", 3),
    ("3 > > > u u u 1 W", 3),
    ("3 > > > u u u 1 W W 4", 2),
    ("3 > > > u u u 1 W W 5", 2),
    ("3 > > > u u u 1 W W 1 G", 5),
]


def screen(program, keys, folder):
    path = pathlib.Path(folder) / "screen.ans"
    command = [program, "snapshot", "RepLKNet-13-nano", "RepLKNet-31-nano", "--size", "1024",
               "--count", "4", "--screen", f"{COLUMNS}x{ROWS}", "--force", "-o", str(path)]
    if keys:
        command += ["--script", keys]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return path.read_text()


def main():
    program, output = sys.argv[1:]
    lines = [{"version": 2, "width": COLUMNS, "height": ROWS, "title": "replk-tui"}]
    time = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for keys, seconds in TOUR:
            print(keys or "the first screen", flush=True)
            drawn = "\r\n".join(screen(program, keys, folder).rstrip("\n").split("\n"))
            lines.append([round(time, 2), "o", "\x1b[2J\x1b[H" + drawn])
            time += seconds
    lines.append([round(time, 2), "o", ""])
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    pathlib.Path(output).write_text(text + "\n")


main()
