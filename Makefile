# Everything that is done with the project: `make help` lists it.

SWIFT ?= swift
# Arguments for the program: make run ARGS="replknet-31 --size 512"
ARGS ?=
# Arguments for the comparison with PyTorch: make peers PEERS="--quick --only replknet"
PEERS ?=
# Where Imagenette lies: make assets DATA=imagenette
DATA ?=
# Arguments for the tests: make test TESTS="--filter ERFEngineTests"
TESTS ?=
# Where `make install` puts things, and what stands before that while a package is made.
PREFIX ?= /usr/local
DESTDIR ?=
# Recipes take them from the environment: they may hold any letter.
export PREFIX DESTDIR
# How long each reader of files is handed damaged ones, and which damage: make fuzz FUZZ_SEED=7
FUZZ_SECONDS ?= 600
FUZZ_SEED ?= 2

SOURCES = Sources Tests Plugins Package.swift
C_SOURCES = $(shell find Sources Tests Packaging -name '*.[ch]' -o -name '*.cpp')
# One build serves the program and its tests, which see what the modules keep to themselves. A plan out of the cache
# would name the commit that it was made for, not the one that is built.
RELEASE = -c release --disable-build-manifest-caching
BUILD = $(RELEASE) -Xswiftc -enable-testing
# Without the option, `swift test` would say -enable-testing a second time, and compile all anew for that.
TEST = test --disable-testable-imports $(BUILD)
PROGRAM = .build/release/replk-tui
# The program that is installed has Swift's libraries inside, and runs where the toolchain is not. Each function has
# a section of its own: so the linker leaves out what is not called, and keeps one of those that came out alike.
STANDALONE = .build/standalone/release/replk-tui
STATIC = --static-swift-stdlib --scratch-path .build/standalone -Xswiftc -Xfrontend -Xswiftc -function-sections \
  -Xswiftc -use-ld=lld -Xlinker -O2 -Xlinker --icf=all -Xlinker --no-export-dynamic

# C and C++ libraries that the program is built with, and what only the tests need besides. g++ is
# here for the headers of its standard library.
LIBRARIES = g++ libncurses-dev libdnnl-dev libeigen3-dev libminizip-dev libpng-dev \
  libturbojpeg0-dev libgif-dev libtiff-dev libwebp-dev libcairo2-dev
TEST_TOOLS = clang-format tmux zsh fish man-db
PACKAGES = sh Scripts/install-packages.sh

# What runs the kernels of 64-bit ARM here, and a cluster of one machine.
ARM_TOOLS = qemu-user-static libc6-dev-arm64-cross libgcc-$(shell g++ -dumpversion)-dev-arm64-cross
SLURM_TOOLS = slurmctld slurmd slurm-client munge

.PHONY: all deb wheel test-arm64 test-slurm help run build standalone test fuzz check bench peers peers-forward \
  peers-training assets measure-assets format lint sanitize install uninstall toolchain missing \
  test-missing deps test-deps

all: missing help

help:
	@echo 'make run       install what is missing, build, and open the explorer (ARGS="replknet-31 --size 512")'
	@echo 'make test      install what is missing, and run all tests (TESTS="--filter NAME")'
	@echo 'make fuzz      hand damaged files to every reader, ten minutes each (FUZZ_SECONDS=60)'
	@echo 'make check     all that a commit has to pass: lint, build, test'
	@echo 'make build     build the program: $(PROGRAM)'
	@echo 'make standalone  build it with Swift inside, as it is installed: $(STANDALONE)'
	@echo 'make install   build and install it, with manual pages and completions (PREFIX=$(PREFIX) DESTDIR=)'
	@echo 'make uninstall remove what make install put there'
	@echo 'make deps      install the libraries that are missing, with apt'
	@echo 'make bench     time layers, networks, memory and the explorer (ARGS="--quick")'
	@echo 'make peers     time the same work against PyTorch, installed for it alone (PEERS="--quick")'
	@echo 'make peers-forward  time forward passes against ONNX Runtime and OpenVINO'
	@echo 'make peers-training  time training against PyTorch, in the same way'
	@echo 'make assets    train the small networks anew on photographs (DATA=DIR)'
	@echo 'make measure-assets  their accuracy at three sizes (DATA=DIR)'
	@echo 'make deb       make a Debian package of it, for this release of Debian'
	@echo 'make wheel     make a Python wheel that carries the program and its libraries'
	@echo 'make test-arm64  run the kernels of 64-bit ARM under qemu, and compare bytes'
	@echo 'make test-slurm  run shares on a Slurm cluster of this machine alone; as root'
	@echo 'make format    format the Swift and C sources in place'
	@echo 'make lint      tell what make format would change and what it cannot, and which folders use which'
	@echo 'make sanitize  run all tests under the address, undefined-behaviour (C) and thread sanitizers'

run: deps build
	@$(PROGRAM) $(ARGS)

build: toolchain missing
	@$(SWIFT) build $(BUILD) --product replk-tui

standalone: toolchain missing
	@$(SWIFT) build $(RELEASE) $(STATIC) --product replk-tui

test: toolchain deps test-deps
	@$(SWIFT) $(TEST) $(TESTS)

fuzz: toolchain missing
	@REPLK_FUZZ_SECONDS=$(FUZZ_SECONDS) REPLK_FUZZ_SEED=$(FUZZ_SEED) $(SWIFT) $(TEST) --filter Fuzz

# Package.swift makes errors of warnings, in Swift as in C.
check: missing test-missing lint
	@$(SWIFT) $(TEST) $(TESTS)

bench: build
	@$(PROGRAM) bench $(ARGS)

# Needs python3 with venv and the network; not part of the tests.
peers: build
	@sh Scripts/peers.sh $(PROGRAM) $(PEERS)

# Build once more afterwards: the program holds its assets.
assets: build
	@sh Scripts/train-assets.sh $(PROGRAM) "$(DATA)"

# The accuracy of the networks in Assets at three sizes.
measure-assets: build
	@sh Scripts/train-assets.sh $(PROGRAM) "$(DATA)" measure

peers-forward: build
	@PEERS_SCRIPT=peers_forward.py PEERS_PACKAGES='torchvision timm onnx onnxruntime openvino' \
	  sh Scripts/peers.sh $(PROGRAM) $(PEERS)

peers-training: build
	@PEERS_SCRIPT=peers_training.py sh Scripts/peers.sh $(PROGRAM) $(PEERS)

install: standalone
	@sh Scripts/install.sh $(STANDALONE) "$$PREFIX" "$$DESTDIR"

uninstall:
	@sh Scripts/install.sh --remove "$$PREFIX" "$$DESTDIR"

format: toolchain
	@$(SWIFT) format format --in-place --recursive $(SOURCES)
	@$(PACKAGES) --check clang-format
	@clang-format -i $(C_SOURCES)

lint: toolchain
	@$(SWIFT) format lint --strict --recursive $(SOURCES)
	@$(PACKAGES) --check clang-format
	@clang-format --dry-run --Werror $(C_SOURCES)
	@sh Scripts/folder-arrows.sh -q

sanitize: toolchain missing test-missing
	@REPLK_SANITIZED=address ASAN_OPTIONS=suppressions=$(CURDIR)/Scripts/overflows.supp \
	  LSAN_OPTIONS=suppressions=$(CURDIR)/Scripts/leaks.supp \
	  $(SWIFT) test --sanitize=address -Xcc -fsanitize=undefined \
	  -Xcc -fno-sanitize-recover=undefined --scratch-path .build/address $(TESTS)
	@REPLK_SANITIZED=thread TSAN_OPTIONS=suppressions=$(CURDIR)/Scripts/races.supp \
	  $(SWIFT) test --sanitize=thread --scratch-path .build/thread $(TESTS)

deb: standalone
	@$(PACKAGES) --check dpkg-dev lintian xz-utils
	@sh Scripts/make-deb.sh $(STANDALONE)

# Needs python3 with venv and the network.
wheel: standalone
	@$(PACKAGES) --check advancecomp
	@sh Scripts/make-wheel.sh $(STANDALONE)

test-arm64: toolchain
	@$(PACKAGES) --check $(ARM_TOOLS)
	@sh Scripts/test-kernels.sh

# Starts munged, slurmctld and slurmd, and ends them again; not part of the tests.
test-slurm: build
	@$(PACKAGES) --check $(SLURM_TOOLS)
	@sh Scripts/test-slurm.sh $(PROGRAM)

toolchain:
	@command -v $(SWIFT) >/dev/null 2>&1 || { \
	  echo 'There is no `$(SWIFT)` on the PATH: install Swift 6.2 or later from https://www.swift.org/install' >&2; \
	  exit 1; }

missing:
	@$(PACKAGES) --check $(LIBRARIES)

test-missing:
	@$(PACKAGES) --check $(TEST_TOOLS)

deps:
	@$(PACKAGES) $(LIBRARIES)

test-deps:
	@$(PACKAGES) $(TEST_TOOLS)
