# SPDX-License-Identifier: GPL-2.0-or-later
#
# What scdoc leaves to be wished: man's macros hyphenate again from .TH on, and a word of an option that is broken by
# a hyphen, or has one of typography in it, cannot be pasted into a shell.
/^\.TH /a .nh
/^[.']/b
/^\\h/b
:again
s/^-/\\-/
s/\([^\\]\)-/\1\\-/
t again
