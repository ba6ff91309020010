# SPDX-License-Identifier: MIT
"""A private copy of the tree in which one mutant after the other is built."""
import collections
import os
import re
import shlex
import shutil
import signal
import subprocess
import time

PRESETS = {
    "release": ["-DCMAKE_BUILD_TYPE=Release",
                "-DCMAKE_C_FLAGS_RELEASE=-O2 -DNDEBUG"],
    "asan": ["-DCMAKE_BUILD_TYPE=Debug", "-DRINGSWAP_SANITIZE=address",
             "-DCMAKE_C_FLAGS_DEBUG=-O1 -g1 -fno-omit-frame-pointer",
             "-DRINGSWAP_WITHOUT=hwloc;jansson;cxx"],
}
PROPERTIES = "proof/conformance/properties.def"
SKIPPED = 77
LIMIT_MIN_S = 20
LIMIT_MAX_S = 240
LIMIT_NEW_S = 60

Test = collections.namedtuple("Test", "name preset command folder")
Run = collections.namedtuple("Run", "status seconds output")
HUNG = "hung"


def tracked(root):
    """What belongs to the tree, as git has it; new files too."""
    run = subprocess.run(["git", "-C", root, "ls-files", "-co",
                          "--exclude-standard", "-z"], check=False,
                         stdout=subprocess.PIPE)
    names = [os.fsdecode(name) for name in run.stdout.split(b"\0") if name]
    if run.returncode:
        names = [os.path.relpath(os.path.join(where, name), root)
                 for where, _, files in os.walk(root) for name in files]
        names = [name for name in names if not name.startswith("build/")]
    return [name for name in names if os.path.isfile(os.path.join(root, name))]


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Lane:
    def __init__(self, root, folder, generator, compiler):
        self.root, self.folder = root, folder
        self.generator, self.compiler = generator, compiler
        self.sources = os.path.join(folder, "src")
        self.log = os.path.join(folder, "log")
        self._tests = {}

    def sync(self):
        """Make the copy what the tree is; what is the same keeps its time."""
        wanted = tracked(self.root)
        for name in wanted:
            data = read(os.path.join(self.root, name))
            copy = os.path.join(self.sources, name)
            if os.path.exists(copy) and read(copy) == data:
                continue
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copy(os.path.join(self.root, name), copy)
            os.utime(copy)
        for name in set(tracked(self.sources)) - set(wanted):
            os.unlink(os.path.join(self.sources, name))

    def _call(self, command):
        with open(self.log, "ab") as log:
            return subprocess.run(command, stdout=log, stderr=log,
                                  check=False).returncode

    def _built_in(self, preset):
        return os.path.join(self.folder, preset)

    def _configure(self, preset):
        return self._call(["cmake", "-S", self.sources, "-B",
                           self._built_in(preset), "-G", self.generator,
                           f"-DCMAKE_C_COMPILER={self.compiler}"] +
                          PRESETS[preset]) == 0

    def build(self, preset, targets=()):
        """All, or some programs by name; true: it compiled."""
        words = [word for target in targets for word in ("--target", target)]
        return self._call(["cmake", "--build", self._built_in(preset),
                           "-j", "1"] + words) == 0

    def build_for(self, test):
        """What a test runs; true: it compiled."""
        program = self.program_of(test)
        return self.build(test.preset, [program] if program else [])

    def tests(self, preset):
        """Name to Test, of all that this preset has; nothing is built."""
        if preset not in self._tests:
            if not self._configure(preset):
                raise RuntimeError(f"the tree cannot be configured: {self.log}")
            self._tests[preset] = dict(self._read_tests(preset))
        return self._tests[preset]

    def _read_tests(self, preset):
        """Of ctest's own files, as ctest tells of no test before its program
        is built."""
        for where, _, files in os.walk(self._built_in(preset)):
            if "CTestTestfile.cmake" not in files:
                continue
            text = read(os.path.join(where, "CTestTestfile.cmake")).decode()
            for name, rest in re.findall(
                    r"^add_test\(\[=*\[(.*?)\]=*\] (.*)\)$", text, re.M):
                command = shlex.split(rest)
                if "--" in command:  # tools/cached-test: we keep no passes
                    command = command[command.index("--") + 1:]
                if command[1:2] == ["strategy"]:  # test_explore
                    command[1] = "first"
                yield from self._apart(Test(name, preset, command, where))

    def _apart(self, test):
        """One property after the other, where all must hold."""
        strategy = re.fullmatch(r"conform\.(.+)\.every-property", test.name)
        header = strategy and os.path.join(
            self.sources, "strategies",
            strategy[1].replace("-", "_") + ".h")
        if not header or not os.path.exists(header) or \
                b".sound = true" not in read(header):
            yield test.name, test
            return
        listed = read(os.path.join(self.sources, PROPERTIES)).decode()
        for name in re.findall(r"^CONFORM_PROPERTY\(([\w-]+)", listed, re.M):
            whole = f"conform.{strategy[1]}.{name}"
            yield whole, test._replace(name=whole,
                                       command=test.command + [name])

    def program_of(self, test):
        """The target that a test runs, for build(); None: all."""
        built = self._built_in(test.preset) + os.sep
        program = test.command[0]
        return os.path.basename(program) if program.startswith(built) else None

    def run(self, test, limit):
        """Run it at most limit seconds, and end all that it started."""
        since = time.monotonic()
        with subprocess.Popen(test.command, cwd=test.folder, text=True,
                              errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT,
                              start_new_session=True) as process:
            try:
                output, _ = process.communicate(timeout=limit)
                status = process.returncode
            except subprocess.TimeoutExpired:
                status = HUNG
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            if status == HUNG:
                output, _ = process.communicate()
        return Run(status, time.monotonic() - since, output)

    def write(self, name, text):
        with open(os.path.join(self.sources, name), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def text_of(self, name):
        return read(os.path.join(self.root, name)).decode()
