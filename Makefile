# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit: non-recursive GNU make.
#
#   make                 build everything below build/<BUILD>
#   make check           every test that needs no virtual machine
#   make check-vm        end to end under QEMU
#   make demo            the main job on this machine
#   BUILD=release|debug|asan|cov, V=1, CC, CFLAGS, LDFLAGS, PREFIX, DESTDIR as usual

BUILD ?= release
PREFIX ?= /usr
SYSCONFDIR ?= /etc
VERSION := $(shell cat VERSION)
O := build/$(BUILD)
CC ?= cc
PKG_CONFIG ?= pkg-config
AWK ?= awk
# With what a failed test printed: a log is often all that there is.
PROVE ?= prove --failures --comments
JOBS ?= $(shell nproc)

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
# make -s says nothing.
say = @$(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,printf) '  %-7s %s\n'
endif

# --- flags ---------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wvla -Walloca -Wformat=2 -Wundef -Wwrite-strings \
	-Wcast-qual -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wimplicit-fallthrough -Wswitch-enum -Wnull-dereference -Wconversion -Wsign-conversion -Wdate-time
GCC_WARNINGS := -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wjump-misses-init
CC_SAYS := $(shell $(CC) --version 2>/dev/null)
ifeq ($(findstring clang,$(CC_SAYS)),)
WARNINGS += $(GCC_WARNINGS)
endif
ifeq ($(WERROR),1)
WARNINGS += -Werror
endif

ifeq ($(BUILD),release)
CFLAGS ?= -O2 -g
# glibc warns of a level that the compiler does not know: gcc has 3 since 12.
HARDEN := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(if $(findstring clang,$(CC_SAYS)),3,$(if $(filter 10.% 11.%,$(CC_SAYS)),2,3))
else ifeq ($(BUILD),debug)
CFLAGS ?= -O0 -g3
else ifeq ($(BUILD),asan)
CFLAGS ?= -O1 -g -fno-omit-frame-pointer
MODE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
else ifeq ($(BUILD),cov)
CFLAGS ?= -O0 -g
MODE := --coverage -DZOL_COVERAGE
else ifeq ($(BUILD),fuzz)
# For tests/fuzz/run, with clang: the library with the eyes of libFuzzer.
CFLAGS ?= -O1 -g -fno-omit-frame-pointer
MODE := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
else
$(error BUILD=$(BUILD): release, debug, asan, cov or fuzz)
endif

LIBEXECDIR ?= $(PREFIX)/libexec/zolkit
DATADIR ?= $(PREFIX)/share/zolkit

LIBS_PC := libcurl libcrypto libarchive liblzma libzstd inih jansson libgit2 sqlite3 libdw
# Asked once per build tree, not once per make.
ifneq ($(shell $(PKG_CONFIG) --exists $(LIBS_PC) 2>/dev/null && echo yes),yes)
LIB_CFLAGS :=
LIB_LDLIBS :=
else
LIB_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(LIBS_PC))
LIB_LDLIBS := -lm $(shell $(PKG_CONFIG) --libs $(LIBS_PC))
# bzip2 brings no file for pkg-config.
LIB_LDLIBS += -lbz2
endif

BASE_CPPFLAGS = -D_GNU_SOURCE -DZOL_VERSION=$(VERSION) -DZOL_PREFIX=$(PREFIX) -DZOL_SYSCONFDIR=$(SYSCONFDIR) \
	-Ihelpers $(HARDEN) $(CPPFLAGS)
ALL_CPPFLAGS = -DOPENSSL_NO_DEPRECATED $(BASE_CPPFLAGS) $(LIB_CFLAGS)
ALL_CFLAGS = -std=gnu17 $(WARNINGS) -fstack-protector-strong -fPIE -ffunction-sections -fdata-sections $(MODE) $(CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--gc-sections $(MODE) $(LDFLAGS)

# --- sources -------------------------------------------------------------------------------------

LAYERS := base core wrap sys cli cmd
SRC := $(foreach l,$(LAYERS),$(wildcard helpers/$(l)/*.c))
MAIN_SRC := $(filter helpers/cmd/main_%.c,$(SRC))
LIB_SRC := $(filter-out $(MAIN_SRC),$(SRC))
LIB_OBJ := $(LIB_SRC:%.c=$(O)/%.o)
ARCHIVE := $(O)/libzolkit.a

# main_zolkit.c -> zolkit, main_stage.c -> zolkit-stage, ...
prog_name = $(subst _,-,$(if $(filter zolkit,$(1)),zolkit,zolkit-$(1)))
MAINS := $(MAIN_SRC:helpers/cmd/main_%.c=%)
# The agent and the probe run inside guests of any kind: static, and of the upper layers only the files named so.
STATIC_MAINS := $(filter agent probe,$(MAINS))
PROGS := $(foreach m,$(MAINS),$(O)/$(call prog_name,$(m)))

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNITS := $(UNIT_SRC:%.c=$(O)/%)
TOOL_SRC := $(wildcard tests/lib/*.c)
TOOLS := $(TOOL_SRC:%.c=$(O)/%)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_REPLAY := $(FUZZ_SRC:%.c=$(O)/%)

MAN_SCD := $(wildcard helpers/man/*.scd)
ECLASSES := $(wildcard eclass/*.eclass)
MANS := $(MAN_SCD:helpers/man/%.scd=$(O)/man/%) $(ECLASSES:eclass/%=$(O)/man/%.5)
GENERATED := $(O)/gen/zolkit.bash $(O)/gen/_zolkit $(O)/gen/zolkit.fish $(O)/gen/zolkit.eselect

.PHONY: all
all: progs docs

.PHONY: progs docs
progs: $(PROGS)
# Both come from the option rows, through zolkit-gen.
docs: $(if $(filter gen,$(MAINS)),$(MANS) $(GENERATED))

# --- rules ---------------------------------------------------------------------------------------

# Rebuilds what was made with other flags. These two make no other objects.
STAMP := $(O)/flags
FLAGS_NOW := $(filter-out ccache -Werror,$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(STATIC_CC))
ifneq ($(file <$(STAMP)),$(FLAGS_NOW))
$(shell mkdir -p $(O))
$(file >$(STAMP),$(FLAGS_NOW))
endif

$(O)/%.o: %.c $(STAMP)
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(ARCHIVE): $(LIB_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

define link_main
$(O)/$(call prog_name,$(1)): $(O)/helpers/cmd/main_$(1).o $(ARCHIVE)
	$$(say) LD $$@
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$< $(ARCHIVE) $$(LIB_LDLIBS)
endef
$(foreach m,$(filter-out $(STATIC_MAINS),$(MAINS)),$(eval $(call link_main,$(m))))

# Static programs are never sanitized: the sanitizers' runtimes are shared. They need libc only, and
# STATIC_CC=musl-gcc makes them a tenth of the size.
STATIC_CC ?= $(CC)
define link_static
$(O)/static/%.o: %.c $(STAMP)
	@mkdir -p $$(@D)
	$$(Q)$$(STATIC_CC) $$(BASE_CPPFLAGS) -std=gnu17 $$(WARNINGS) -ffunction-sections -fdata-sections -O2 -MMD -MP -c -o $$@ $$<
endef
$(eval $(call link_static))
STATIC_OBJ := $(patsubst %.c,$(O)/static/%.o,\
	$(wildcard helpers/base/*.c helpers/core/*.c helpers/sys/agent_*.c helpers/sys/probe_*.c))
$(O)/libstatic.a: $(STATIC_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $(STATIC_OBJ)
$(foreach m,$(STATIC_MAINS),$(O)/$(call prog_name,$(m))): $(O)/zolkit-%: $(O)/static/helpers/cmd/main_%.o $(O)/libstatic.a
	$(say) LD $@
	$(Q)$(STATIC_CC) -static -O2 -Wl,--gc-sections -s -o $@ $< $(O)/libstatic.a

# "/* wrap: mount umount2 */" in a unit test names the calls that it fakes.
$(UNITS): $(O)/%: $(O)/%.o $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) \
		$(addprefix -Wl$(comma)--wrap=,$(shell sed -n 's|^/\* wrap: \(.*\) \*/$$|\1|p' $*.c)) \
		-o $@ $< $(ARCHIVE) $(LIB_LDLIBS) -lcmocka
comma := ,

$(TOOLS): $(O)/%: $(O)/%.o $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVE) $(LIB_LDLIBS)

# Fuzz targets replay their corpora with any compiler; `make fuzz` links them with libFuzzer.
$(FUZZ_REPLAY): $(O)/%: $(O)/%.o $(O)/tests/fuzz/replay.o $(ARCHIVE)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(O)/tests/fuzz/replay.o $(ARCHIVE) $(LIB_LDLIBS)

$(O)/gen/%: $(O)/zolkit-gen
	$(say) GEN $@
	@mkdir -p $(@D)
	$(Q)$(O)/zolkit-gen $* > $@.tmp && mv $@.tmp $@

scdoc = scdoc < $@.scd > $@.roff && sed -f helpers/man/roff.sed $@.roff > $@.tmp && mv $@.tmp $@ && rm $@.roff
# A line "@SYNOPSIS module@" or "@OPTIONS module@" is replaced by what the option rows say.
$(O)/man/%: helpers/man/%.scd helpers/man/roff.sed $(O)/zolkit-gen
	$(say) MAN $@
	@mkdir -p $(@D)
	$(Q)$(O)/zolkit-gen man $< > $@.scd && $(scdoc)

# An eclass is described by its own comments.
$(O)/man/%.eclass.5: eclass/%.eclass helpers/man/eclass.awk helpers/man/roff.sed
	$(say) MAN $@
	@mkdir -p $(@D)
	$(Q)$(AWK) -f helpers/man/eclass.awk $< > $@.scd && $(scdoc)

-include $(LIB_OBJ:.o=.d) $(MAIN_SRC:%.c=$(O)/%.d) $(UNIT_SRC:%.c=$(O)/%.d) $(TOOL_SRC:%.c=$(O)/%.d) \
	$(FUZZ_SRC:%.c=$(O)/%.d) $(STATIC_OBJ:.o=.d)

# --- tests ---------------------------------------------------------------------------------------

# A background job inherits SIGINT ignored; the tests of interruption need it as it is by default.
CHECK_ENV = env --default-signal=INT,QUIT ZOL_TOP=$(CURDIR) ZOL_BUILD=$(CURDIR)/$(O) CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8
CHECK_T := $(sort $(wildcard tests/lint/*.t tests/cli/*.t tests/overlay/*.t tests/portage/*.t tests/fuzz/*.t))
# The kernel that the tests under QEMU boot: what tests/vm/00-up.t, the first of them, has built.
export ZOL_KERNEL ?= $(CURDIR)/build/vm/state/guests/gentoo/kernel/bzImage
# zfs.t makes what the tests named after it use.
VM_T := $(sort $(filter-out tests/vm/zfs-%,$(wildcard tests/vm/*.t))) \
	$(sort $(filter-out tests/vm/zfs-bisect.t tests/vm/zfs-dump.t,$(wildcard tests/vm/zfs-*.t)))
TESTS ?= $(UNITS) $(CHECK_T)

.PHONY: check check-quick check-vm check-asan check-deps
check-programs: all $(UNITS) $(TOOLS) $(FUZZ_REPLAY)
check: check-deps
	$(Q)$(MAKE) --no-print-directory check-run
.PHONY: check-run check-programs
check-run: check-programs
	$(Q)$(CHECK_ENV) $(PROVE) -j$(JOBS) --timer $(TESTS)
# No package installation, no slow parts: for the edit loop.
check-quick: check-programs
	$(Q)$(CHECK_ENV) ZOL_QUICK=1 $(PROVE) -j$(JOBS) $(UNITS) $(sort $(wildcard tests/lint/*.t))
check-vm: check-deps
	$(Q)$(MAKE) --no-print-directory check-programs
	$(Q)$(CHECK_ENV) $(PROVE) --timer $(VM_T)
# After check-vm: a search through commits of real ZFS in the VM, and then all files as in the beginning.
.PHONY: check-bisect
check-bisect: check-programs
	$(Q)$(CHECK_ENV) $(PROVE) --timer tests/vm/zfs-bisect.t
# After check-vm: crash, drgn and gdb on a kernel with DWARF, which is built for it (ten minutes and more, 2 GB).
.PHONY: check-dump
check-dump: check-programs
	$(Q)$(CHECK_ENV) $(PROVE) --timer tests/vm/zfs-dump.t
check-asan:
	$(Q)$(MAKE) --no-print-directory BUILD=asan check
# Uninitialised values and leaks that no compiler puts a mark on: every unit test under valgrind.
.PHONY: check-valgrind
# prove takes the command apart at blanks, so it is one line.
VALGRIND = valgrind -q --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite \
	--child-silent-after-fork=yes --suppressions=tests/lib/valgrind.supp
check-valgrind: check-programs
	$(Q)$(CHECK_ENV) $(PROVE) -j$(JOBS) --timer --exec '$(VALGRIND)' $(UNITS)
# With each compiler of the system: make check-compilers COMPILERS="gcc-13 clang-16" for others.
COMPILERS ?= gcc-11 gcc-12 clang-14 clang-19 clang-22
.PHONY: check-compilers
check-compilers: check-programs
	$(Q)tests/lib/deps compilers
	$(Q)$(CHECK_ENV) ZOL_COMPILERS="$(COMPILERS)" $(PROVE) --timer -v tests/cli/builds.t
check-deps:
	$(Q)tests/lib/deps build check vm
# The tests of the overlay, against a real main repository: GENTOO=/var/db/repos/gentoo; or by real eselect alone:
# ESELECT=DIR ESELECT_REPOSITORY=DIR, their source trees.
GENTOO_T := $(if $(GENTOO),$(sort $(wildcard tests/overlay/*.t)),$(if $(ESELECT),tests/overlay/eselect.t))
.PHONY: check-gentoo
check-gentoo: check-programs
	$(Q)test -n "$(GENTOO_T)" || { echo 'make check-gentoo GENTOO=DIR: DIR is a copy of the Gentoo repository' >&2; exit 2; }
	$(Q)$(CHECK_ENV) $(if $(GENTOO),GENTOO=$(abspath $(GENTOO))) $(if $(ESELECT),ESELECT=$(abspath $(ESELECT))) \
		$(if $(ESELECT_REPOSITORY),ESELECT_REPOSITORY=$(abspath $(ESELECT_REPOSITORY))) $(PROVE) --timer $(GENTOO_T)
# Suites that no package carries, from source trees, in the guest that tests/vm/zfs.t leaves: check-xfstests
# XFSTESTS=DIR, check-filebench FILEBENCH=DIR
.PHONY: check-xfstests check-filebench
check-xfstests: check-programs
	$(Q)test -n "$(XFSTESTS)" || { echo 'make check-xfstests XFSTESTS=DIR: DIR is a source tree of xfstests' >&2; exit 2; }
	$(Q)$(CHECK_ENV) XFSTESTS=$(abspath $(XFSTESTS)) $(PROVE) --timer -v tests/sources/xfstests.t
check-filebench: check-programs
	$(Q)test -n "$(FILEBENCH)" || { echo 'make check-filebench FILEBENCH=DIR: DIR is a source tree of filebench' >&2; exit 2; }
	$(Q)$(CHECK_ENV) FILEBENCH=$(abspath $(FILEBENCH)) $(PROVE) --timer -v tests/sources/filebench.t
# The evaluator against the tree's own conf with seeds of one's choice: make check-kconfig SEEDS="$$(seq -s ' ' 100 1100)"
.PHONY: check-kconfig
check-kconfig: check-programs
	$(Q)$(CHECK_ENV) $(if $(SEEDS),SEEDS="$(SEEDS)") $(PROVE) --timer -v tests/cli/kernel-oracle.t
# Every command through each of its failing calls, not a sample: half an hour.
.PHONY: check-faults
check-faults: check-programs
	$(Q)$(CHECK_ENV) ZOL_FAULTS=0 $(PROVE) --timer $(sort $(wildcard tests/cli/faults*.t))
.PHONY: deps
deps:
	$(Q)tests/lib/deps build check demo

.PHONY: demo
demo:
	$(Q)tests/lib/deps build demo
	$(Q)$(MAKE) --no-print-directory all $(TOOLS)
	$(Q)$(CHECK_ENV) tests/lib/demo

# The pictures of README.md.
.PHONY: pictures
pictures: all
	$(Q)$(CHECK_ENV) tests/lib/pictures $(CURDIR)/doc

.PHONY: bench
bench: all $(TOOLS)
	$(Q)$(CHECK_ENV) tests/bench/run

.PHONY: lint
lint: check-programs
	$(Q)$(CHECK_ENV) ZOL_LINT_FULL=1 $(PROVE) -j$(JOBS) $(sort $(wildcard tests/lint/*.t))

FUZZ_CC ?= clang-19
FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz:
	$(Q)FUZZ_CC=$(FUZZ_CC) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(FUZZ_SRC)

.PHONY: cov
cov:
	$(Q)$(MAKE) --no-print-directory BUILD=cov check-quick
	$(Q)gcovr --root . --filter helpers/ --branches --exclude-throw-branches --object-directory build/cov \
		--print-summary --output build/cov/coverage.txt build/cov/helpers

compile_commands.json: Makefile
	$(say) GEN $@
	$(Q){ printf '['; sep=; for f in $(SRC) $(UNIT_SRC) $(TOOL_SRC); do \
		printf '%s\n{"directory": "%s", "file": "%s", "command": "%s -c %s"}' "$$sep" '$(CURDIR)' "$$f" \
			'$(filter-out ccache,$(CC)) $(ALL_CPPFLAGS) $(ALL_CFLAGS)' "$$f"; sep=,; done; printf '\n]\n'; } > $@

# --- installation --------------------------------------------------------------------------------

include install.mk

.PHONY: clean
clean:
	rm -rf build compile_commands.json
