# `make demo` and `make test` install what is missing on a fresh machine.
.PHONY: demo test test-avx2 setup build build-avx2 lint format imports examples bench fuzz kills \
  settings-reference snippets snippets-check command-reference command-reference-check documentation \
  clean

demo: build
	@Examples/demo.sh

test: setup
	swift build -c release --build-tests
	swift test -c release --skip-build

# The suites that compare numbers, with the instruction set of processors without AVX-512.
test-avx2: setup
	swift build -c release --build-tests
	ONEDNN_MAX_CPU_ISA=AVX2 swift test -c release --skip-build \
	  --filter '^(TensorsTests|LayersTests|ModelsTests|TrainingTests|InterpretTests)\.'

setup:
	@command -v swift >/dev/null || { echo "setup: Swift 6.3 is required: https://www.swift.org/install/linux"; exit 1; }
	@.ci/install-packages

build: setup
	swift build -c release --product lightbox

# The program without AVX-512 in its own loops, for the rows of `make bench` that are limited to AVX2.
build-avx2: setup
	LIGHTBOX_MAX_LEVEL=3 swift build -c release --product lightbox
	cp .build/release/lightbox .build/lightbox-avx2
	swift build -c release --product lightbox

lint:
	swift format lint --strict --recursive Package.swift Sources Tests Datasets Examples Benchmarks

format:
	swift format --in-place --recursive Package.swift Sources Tests Datasets Examples Benchmarks

imports:
	python3 .ci/check-imports.py

examples: setup
	for name in SIIMPneumothorax FastbookCAM ImageNetCAM DenseNetCAM OwnModule OwnTraining; do \
	  swift build -c release --product $$name || exit 1; done
	swift build -c release --product lightbox
	@Examples/check.sh

bench: build-avx2
	@Benchmarks/setup.sh
	@python3 Benchmarks/bench.py $(BENCH)

# Reads randomly modified files of every kind for ten minutes. FUZZ=60 runs for one minute.
FUZZ ?= 600
fuzz: setup
	swift build -c release --build-tests
	LIGHTBOX_FUZZ_SECONDS=$(FUZZ) swift test -c release --skip-build --no-parallel --filter FuzzTests

# Kills training runs at random moments, resumes them, and compares the results bit by bit.
KILLS ?= 50
kills: setup
	swift build -c release --build-tests
	LIGHTBOX_KILLS=$(KILLS) swift test -c release --skip-build --filter KillTests

# Writes Docs/Settings.md from the registry of settings.
settings-reference: setup
	swift build -c release --build-tests
	LIGHTBOX_WRITE_REFERENCE=1 swift test -c release --skip-build --filter PlanFileTests/reference

# Writes the Swift sources of the code in README.md and Docs/*.md, which the tests compile.
snippets:
	python3 .ci/snippets.py

snippets-check:
	python3 .ci/snippets.py --check

# Writes Docs/Commands.md from the parsers of the program.
command-reference: build
	python3 .ci/command-reference.py .build/release/lightbox

command-reference-check: build
	python3 .ci/command-reference.py .build/release/lightbox --check

# The reference of the library, .build/documentation. A warning of DocC is an error.
documentation: setup
	swift build -c release --target Lightbox
	@python3 .ci/documentation.py

clean:
	rm -rf .build demo
