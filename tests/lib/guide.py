#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that a page shows, and whether what they printed is what it shows.

guide.py list PAGE TEST        of the boxes below a line "<!-- TEST -->": for each command its line, its text and what
                               the page shows of its output, a NUL behind each
guide.py file PAGE PATH        the contents of the box below "<!-- file: PATH -->"
guide.py tests PAGE            for each box: its line and the test that it names ("-": none)
guide.py match SHOWN GOT       status 0 when the file GOT is what the file SHOWN shows; else says what is not

A command stands behind "$ " or, when it needs root, "# "; a backslash at the end of its line goes on in the next one.
In what is shown, "..." is any text, and a line of its own any number of lines.
"""
import re
import sys


def boxes(page):
    """Yields (line number, note, kind, lines) for each fenced box."""
    with open(page, encoding='utf-8') as f:
        lines = f.read().split('\n')
    note, box, first = '', None, 0
    for number, line in enumerate(lines, 1):
        if box is None and line.startswith('```'):
            kind, box, first = line[3:].strip(), [], number
        elif box is not None and line == '```':
            yield first, note, kind, box
            note, box = '', None
        elif box is not None:
            box.append(line)
        elif match := re.fullmatch(r'<!-- (.*) -->', line):
            note = match.group(1)
        elif line:
            note = ''


def commands(page, test):
    for first, note, kind, box in boxes(page):
        if kind != 'console' or note != test:
            continue
        found, goes_on = [], False
        for number, line in enumerate(box, first + 1):
            if goes_on:
                found[-1][1] += '\n' + line
            elif line.startswith(('$ ', '# ')):
                found.append([number, line[2:], []])
            elif not found:
                sys.exit(f'{page}:{number}: output without a command')
            else:
                found[-1][2].append(line)
                continue
            goes_on = line.endswith('\\')
        yield from found


def pattern(shown):
    out = ''
    for line in shown:
        line = line.rstrip()
        if line.strip() == '...':
            out += r'(?:[^\n]*\n)*'
        else:
            out += '[^\n]*'.join(re.escape(part) for part in line.split('...')) + r'[ \t]*\n'
    return out


def lines_of(path):
    with open(path, encoding='utf-8', errors='replace') as f:
        text = f.read()
    return text.rstrip('\n').split('\n') if text.strip('\n') else []


def match(shown_file, got_file):
    shown, got = lines_of(shown_file), lines_of(got_file)
    text = ''.join(line + '\n' for line in got)
    if re.fullmatch(pattern(shown), text):
        return 0
    # The first line of the page from which on nothing fits.
    fits = 0
    while fits < len(shown) and re.match(pattern(shown[:fits + 1]), text):
        fits += 1
    print('not printed: ' + shown[fits] if fits < len(shown) else 'more was printed than is shown')
    print('printed was:\n' + text, end='')
    return 1


def main():
    what, page = sys.argv[1:3]
    if what == 'list':
        for number, command, shown in commands(page, sys.argv[3]):
            print(number, command, '\n'.join(shown), sep='\0', end='\0')
    elif what == 'file':
        for _, note, _, box in boxes(page):
            if note == 'file: ' + sys.argv[3]:
                print('\n'.join(box))
    elif what == 'tests':
        for first, note, _, _ in boxes(page):
            print(first, note or '-')
    else:
        sys.exit(match(page, sys.argv[3]))


main()
