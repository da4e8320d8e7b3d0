# SPDX-License-Identifier: GPL-2.0-or-later
"""Random Kconfig files of a few symbols that hang on each other, and configurations for them (kconfig-oracle).

What a real tree never has must be right, too: ranges whose ends are symbols, even made of the very value
that they cut, and defaults, conditions and choices on top of it. Left out is "!= y" of a bool: the conf of
6.12 takes the symbol for an expression there and crashes (scripts/kconfig/expr.c expr_transform()).
"""
import re

NUMBERS = {'int': ['0', '1', '-2', '7', '10', '64', '100', '007'], 'hex': ['0x0', '0x1', '0xa', '0x40', '0xff', '0X10', '1f']}
# What an N cuts is what its end M is made of.
ITSELF = 'config N\n\tint "n"\n\trange 1 M\n\tdefault 5\nconfig M\n\tint\n\tdefault N\n'


def of(names, *kinds):
    return [n for n in names if any(n[0] == k[0].upper() for k in kinds)]


def condition(r, names, depth=2):
    tri, numbers = of(names, 'bool', 'tristate'), of(names, 'int', 'hex', 'string')
    roll = r.random()
    if depth and roll < .3:
        return f'({condition(r, names, depth - 1)} {r.choice(["&&", "||"])} {condition(r, names, depth - 1)})'
    if roll < .5 and tri:
        return r.choice(['', '!']) + r.choice(tri)
    if roll < .65 and tri:
        return f'{r.choice(tri)} {r.choice(["= y", "= n", "!= n"])}'
    if numbers:
        a = r.choice(numbers)
        if a[0] == 'S':
            return f'{a} {r.choice(["=", "!="])} "{r.choice(["x", ""])}"'
        return f'{a} {r.choice(["=", "!=", "<", "<=", ">", ">="])} {r.choice(["3", "64"] if a[0] == "I" else ["0x3", "0x40"])}'
    return r.choice(tri) if tri else r.choice('ym')


def maybe(r, names):
    return f' if {condition(r, names)}' if r.random() < .3 else ''


def choice(r, i, before):
    members = [f'C{i}_{j}' for j in range(r.randrange(1, 4))]
    lines = ['choice', f'\tprompt "choice"{maybe(r, before)}']
    if r.random() < .4:
        lines.append(f'\tdefault {r.choice(members)}{maybe(r, before)}')
    for m in members:
        lines += [f'config {m}', f'\tbool "{m}"{maybe(r, before)}']
    return [*lines, 'endchoice']


def number(r, name, kind, before):
    lines, mirror = [], []
    for _ in range(r.choice([0, 1, 1, 2])):
        ends = [r.choice(NUMBERS[kind] if r.random() < .6 else of(before, 'int', 'hex') or ['5']) for _ in range(2)]
        lines.append(f'\trange {ends[0]} {ends[1]}{maybe(r, before)}')
    if r.random() < .1:
        lines.append(f'\trange {r.choice(NUMBERS[kind])} M{name}')
        mirror = [f'config M{name}', f'\t{kind}', f'\tdefault {name}']
    for _ in range(r.choice([0, 1, 2])):
        lines.append(f'\tdefault {r.choice(NUMBERS[kind] + of(before, kind))}{maybe(r, before)}')
    return lines, mirror


def kconfig(r):
    """The text of one file."""
    kinds = [r.choice(['bool', 'bool', 'tristate', 'int', 'int', 'hex', 'string']) for _ in range(r.randrange(3, 12))]
    names = [f'{kind[0].upper()}{i}' for i, kind in enumerate(kinds)]
    lines = ['config MODULES', '\tbool "modules"', '\tdefault ' + r.choice('yn'), '\tmodules'] if r.random() < .7 else []
    at, mirrors = r.randrange(len(names)) if r.random() < .4 else None, []
    for i, (name, kind) in enumerate(zip(names, kinds)):
        before = names[:i]
        if i == at:
            lines += choice(r, i, before)
        lines += [f'config {name}', f'\t{kind}' + (f' "{name}"{maybe(r, before)}' if r.random() < .65 else '')]
        if r.random() < .4:
            lines.append(f'\tdepends on {condition(r, before)}')
        if kind in NUMBERS:
            more, mirror = number(r, name, kind, before)
            lines += more
            mirrors += mirror
        elif kind == 'string':
            if r.random() < .5:
                lines.append(f'\tdefault {r.choice([chr(34) + "a b" + chr(34), *of(before, kind)])}{maybe(r, before)}')
        else:
            for _ in range(r.choice([0, 1, 2])):
                lines.append(f'\tdefault {r.choice(["y", "m", "n", condition(r, before)])}{maybe(r, before)}')
            later = of(names[i + 1:], 'bool', 'tristate')
            if later and r.random() < .4:
                lines.append(f'\t{r.choice(["select", "imply"])} {r.choice(later)}{maybe(r, before)}')
    return '\n'.join(lines + mirrors) + '\n'


def config(r, text):
    """Values, good and bad, of some symbols of the file, in any order."""
    out = []
    for name, kind in re.findall(r'^config (\w+)\n\t(\w+)', text, re.M):
        if r.random() < .35:
            continue
        if kind in NUMBERS:
            value = r.choice([*NUMBERS[kind], '-100', '0x1000', 'y'])
        elif kind == 'string':
            value = r.choice(['"x"', '""', '"q\\"r"', 'x'])
        else:
            value = r.choice('yyymn')
        out.append(f'# CONFIG_{name} is not set' if value == 'n' else f'CONFIG_{name}={value}')
    r.shuffle(out)
    return '\n'.join(out) + '\n'
