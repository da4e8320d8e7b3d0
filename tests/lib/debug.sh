# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # T and the like are tap.sh's
#
# What the tests of `zolkit debug` share, after tap.sh: a guest tree "t" with a made-up kernel and
# modules that are real ELF files, with the sections that modules have.
#
#	debug_conf             configuration, empty tree; sets $root $rel
#	z ARGS...              zolkit with that configuration
#	debug_module NAME OUT [GCC-ARGS...]   builds a module with debug information
#	debug_kernel OUT       builds a vmlinux
#	debug_id FILE          its build-id
#	debug_frame FILE FUNCTION   a frame behind its first call, as in a trace

debug_conf() {
	local tool
	for tool in gcc ld gdb objcopy readelf; do
		command -v "$tool" >/dev/null || skip_all "no $tool"
	done
	rel=6.1.99-test root=$T/guests/t
	mkdir -p "$root/lib/modules/$rel/extra" "$T/state/guests/t/kernel" "$T/run" "$T/src"
	cat >"$T/zolkit.conf" <<-EOF
		[paths]
		guests = $T/guests
		state = $T/state
		cache = $T/cache
		run = $T/run
		[guest]
		name = t
	EOF
}

z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }

debug_module() {
	local name=$1 out=$2
	shift 2
	[[ -e $T/src/$name.c ]] || cat >"$T/src/$name.c" <<-EOF
		int ${name}_limit = 4711;
		int ${name}_counter;
		static int hidden = 3;
		const char ${name}_text[] __attribute__((section("__ksymtab_strings"))) = "$name";
		int ${name}_param __attribute__((section("__param"))) = 5;
		__attribute__((section(".init.text"))) int ${name}_init(void) { return ${name}_limit; }
		__attribute__((noinline)) static int ${name}_inner(int a)
		{
			${name}_counter += a;
			return ${name}_counter * hidden;
		}
		static inline __attribute__((always_inline)) int ${name}_inlined(int a)
		{
			return ${name}_inner(a + 1) + 2;
		}
		int ${name}_outer(int a)
		{
			hidden++;
			return ${name}_inlined(a) + ${name}_limit + ${name}_param;
		}
		__attribute__((section(".text.unlikely"))) int ${name}_cold(int a) { return a - ${name}_limit; }
	EOF
	(cd "$T/src" && gcc -g -O1 -ffreestanding -fno-pic -mcmodel=kernel -fno-asynchronous-unwind-tables "$@" \
		-c -o "$T/src/$name.o" "$name.c") || return 1
	ld -r --build-id=sha1 -o "$out" "$T/src/$name.o"
}

debug_kernel() {
	cat >"$T/src/kernel.c" <<-EOF
		const char linux_banner[] = "Linux version $rel (nobody@nowhere) #1";
		int kernel_global = 77;
		struct { void *next, *prev; } modules = { &modules, &modules };
		__attribute__((noinline)) void _stext(void) { kernel_global++; }
		__attribute__((noinline)) int kernel_inner(int a)
		{
			kernel_global += a;
			return kernel_global;
		}
		int kernel_outer(int a)
		{
			return kernel_inner(a) + 1;
		}
		void asm_exc_page_fault(void) { _stext(); }
		void do_init_module(void) { kernel_outer(1); }
		void _start(void) { do_init_module(); asm_exc_page_fault(); }
	EOF
	gcc -g -O1 -ffreestanding -fno-pic -no-pie -mcmodel=kernel -nostdlib -static -fcf-protection=none \
		-Wl,--build-id=sha1,-Ttext-segment=0xffffffff81000000 -o "$1" "$T/src/kernel.c"
}

debug_id() { readelf -n "$1" | sed -n 's/.*Build ID: //p' | head -n 1; }

# Address of a symbol in a file.
debug_sym() { nm "$1" | awk -v s="$2" '$3 == s { print $1; exit }'; }

# A map of a module: every allocated section at BASE + n * 0x1000.
debug_map_module() { # NAME FILE BASE [STATE]
	local name=$1 file=$2 base=$3 state=${4:-Live} section at
	printf 'module %s 16384 %s %x %s\n' "$name" "$state" "$base" "$(debug_id "$file")"
	at=$base
	while read -r section; do
		printf 'section %s %x\n' "$section" "$at"
		at=$((at + 0x1000))
	done < <(debug_sections "$file")
}

# Names of the sections that a file has in memory, .text first.
debug_sections() {
	readelf -SW "$1" | sed -nE 's/^ *\[ *[0-9]+\] ([^ ]+) .* W?A[A-Z]* +[0-9]+ +[0-9]+ +[0-9]+$/\1/p' | sort -u |
		awk '$0 == ".text" { print; next } { rest = rest $0 "\n" } END { printf "%s", rest }'
}

debug_map_head() { printf 'zolkit-map 1\nrelease %s\nkernel %s\nsymbol _stext %x\n' "$rel" "$(debug_id "$1")" "$2"; }

# Offset behind the first call in a function, and the function's size; as a trace has them.
debug_frame() { # FILE FUNCTION
	local start size call
	read -r start size < <(nm -S "$1" | awk -v f="$2" '$4 == f { print $1, $2; exit }')
	call=$(objdump -d --disassemble="$2" "$1" |
		awk '/call/ { seen = 1; next } seen && /^ *[0-9a-f]+:/ { sub(":", "", $1); print $1; exit }')
	printf '%s+0x%x/0x%x' "$2" $((16#$call - 16#$start)) $((16#$size))
}
