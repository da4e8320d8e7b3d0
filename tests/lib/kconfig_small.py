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


def member_condition(r, names, generation):
    """What members ask of each other in particular: also what becomes simpler, or known, when it is read."""
    tri = of(names, 'bool', 'tristate')
    roll = r.random()
    if roll < .35 or not tri:
        return condition(r, names)
    if roll < .6:
        return f'{member_condition(r, names, generation)} {r.choice(["&&", "||"])} {member_condition(r, names, generation)}'
    if roll < .68:
        return f'!({member_condition(r, names, generation)})'
    a = r.choice(tri if r.random() < .5 else tri[-2:])
    if roll < .8:
        return a
    # The conf of 6.12 cannot have "!= y" of a bool, see above.
    return f'{a} {r.choice(["= y", "= m", "= n", "!= n", "!= m"] + ["!= y"] * (generation == 1 or a[0] == "T"))}'


def member(r, name, names, kind, generation):
    """An entry of a choice; what it depends on may be another one."""
    def depends(likely):
        return member_condition(r, names, generation) if r.random() < likely and names else None

    cond = depends(.2)
    text = f' "{name}"' + (f' if {cond}' if cond else '')
    if generation == 1 and r.random() < .08:
        text = ''
    untyped = generation == 1 and text and r.random() < .1
    lines = [f'config {name}', f'\tprompt{text}' if untyped else f'\t{kind}{text}']
    cond = depends(.4 if generation == 1 else .15)
    if cond:
        lines.append(f'\tdepends on {cond}')
    tri = of(names, 'bool', 'tristate')
    if tri and r.random() < .1:
        lines.append(f'\t{r.choice(["select", "imply"])} {r.choice(tri)}{maybe(r, names)}')
    if generation == 1 and r.random() < .1:
        lines.append(f'\tdefault {r.choice("ymn")}{maybe(r, names)}')
    return lines


def choice(r, i, names, generation):
    """A choice; its members are added to the names."""
    kind = r.choice(['bool', 'bool', 'tristate']) if generation == 1 else 'bool'
    before, members = list(names), []
    lines = ['choice', r.choice([f'\t{kind} "choice"', '\tprompt "choice"']) + maybe(r, before)]
    if r.random() < .2 and before:
        lines.append(f'\tdepends on {condition(r, before)}')
    if generation == 1 and r.random() < .15:
        lines.append('\toptional')
    at, inside = len(lines), 0
    for j in range(r.randrange(1, 6)):
        roll = r.random()
        if roll < .15 and names:
            lines.append(f'if {member_condition(r, names, generation)}')
            inside += 1
        elif roll < .2:
            lines += [f'comment "remark {j}"'] + ([f'\tdepends on {member_condition(r, names, generation)}'] if names else [])
        elif roll < .25 and inside:
            lines.append('endif')
            inside -= 1
        own = 'bool' if kind == 'bool' or r.random() < .3 else 'tristate'
        members.append(f'{own[0].upper()}{i}_{j}')
        lines += member(r, members[-1], names, own, generation)
        names.append(members[-1])
    if r.random() < .4:
        lines.insert(at, f'\tdefault {r.choice(members)}{maybe(r, before)}')
    return [*lines, *['endif'] * inside, 'endchoice']


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


def symbol(r, name, kind, names, later):
    """An entry, and what is to stand at the end of the file for it."""
    lines, mirror = [f'config {name}', f'\t{kind}' + (f' "{name}"{maybe(r, names)}' if r.random() < .65 else '')], []
    if r.random() < .4:
        lines.append(f'\tdepends on {condition(r, names)}')
    if kind in NUMBERS:
        more, mirror = number(r, name, kind, names)
        lines += more
    elif kind == 'string':
        if r.random() < .5:
            lines.append(f'\tdefault {r.choice([chr(34) + "a b" + chr(34), *of(names, kind)])}{maybe(r, names)}')
    else:
        for _ in range(r.choice([0, 1, 2])):
            lines.append(f'\tdefault {r.choice(["y", "m", "n", condition(r, names)])}{maybe(r, names)}')
        later = of(later, 'bool', 'tristate')
        if later and r.random() < .4:
            lines.append(f'\t{r.choice(["select", "imply"])} {r.choice(later)}{maybe(r, names)}')
    return lines, mirror


def kconfig(r, generation):
    """The text of one file for the conf of 6.1 (generation 1) or 6.12 (2): some of them are refused."""
    kinds = [r.choice(['bool', 'bool', 'tristate', 'int', 'int', 'hex', 'string']) for _ in range(r.randrange(3, 12))]
    own = [f'{kind[0].upper()}{i}' for i, kind in enumerate(kinds)]
    lines = ['config MODULES', '\tbool "modules"', '\tdefault ' + r.choice('yn'), '\tmodules'] if r.random() < .7 else []
    at, mirrors, names = [r.randrange(len(own)) for _ in range(r.choice([0, 0, 1, 1, 2]))], [], []
    for i, (name, kind) in enumerate(zip(own, kinds)):
        if i in at:
            lines += choice(r, i, names, generation)
        more, mirror = symbol(r, name, kind, names, own[i + 1:])
        lines += more
        mirrors += mirror
        names.append(name)
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
