# SPDX-License-Identifier: GPL-2.0-or-later
#
# From the eclassdoc comments of an eclass, a manual page for scdoc. Which tags there are, and where, says
# eclass-to-manpage.awk of app-portage/eclass-manpages; here every mistake ends it, with status 1.
#
#	awk -f eclass.awk NAME.eclass > NAME.eclass.5.scd

function fail(what)
{
	printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"
	failed = 1
	exit 1
}

# scdoc(5): a backslash takes the meaning from what follows.
function escape(text)
{
	gsub(/[]\\_*#|[<>~`]/, "\\\\&", text)
	if (text ~ /^[-.]/)
		text = "\\" text
	return text
}

# Adds a line of text to what has been read, with blank lines and code as scdoc has them.
function more(text, line)
{
	if (line ~ /^@CODE[ \t]*$/) {
		in_code = !in_code
		return text (!in_code || text == "" || text ~ /\n\n$/ ? "" : "\n") "```\n" (in_code ? "" : "\n")
	}
	if (!in_code) {
		if (line ~ /^[ \t]*$/)
			return text ~ /\n\n$/ || text == "" ? text : text "\n"
		see_also(line)
		gsub(/  +/, " ", line)
		line = escape(line)
	}
	return text line "\n"
}

# "zolkit kernel merge" is told by zolkit-kernel(8).
function see_also(line, word)
{
	while (match(line, /"zolkit [a-z]+/)) {
		word = substr(line, RSTART + 8, RLENGTH - 8)
		if (!(word in seen)) {
			seen[word] = 1
			others = others ", *zolkit-" word "*(8)"
		}
		line = substr(line, RSTART + RLENGTH)
	}
}

function trimmed(text)
{
	sub(/\n+$/, "", text)
	return text
}

# What belongs to a term: each line behind a tab.
function behind_tab(text)
{
	text = "\t" trimmed(text)
	gsub(/\n/, "\n\t", text)
	gsub(/\n\t\n/, "\n\n", text)
	return text "\n"
}

# What is complete goes to its section.
function finish(text)
{
	if (in_code)
		fail("@CODE is not closed")
	if (kind == "" || kind == "ECLASS" || internal) {
		kind = ""
		return
	}
	if (text_of["DESCRIPTION"] == "" && text_of["RETURN"] == "")
		fail(name " has no @DESCRIPTION")
	text = text_of["DESCRIPTION"]
	if (text_of["RETURN"] != "")
		text = trimmed(text) (text == "" ? "" : "\n\n") "Returns " escape(text_of["RETURN"]) ".\n"
	if (text_of["DEFAULT"] != "")
		text = trimmed(text) "\nDefault: _" escape(text_of["DEFAULT"]) "_.\n"
	text = "\n*" escape(name) "*" (text_of["USAGE"] == "" ? "" : " " escape(text_of["USAGE"])) "\n" behind_tab(text)
	if (kind == "FUNCTION")
		functions = functions text
	else
		variables[class] = variables[class] text
	kind = ""
}

function start(what, whose)
{
	finish()
	if ((what, whose) in known)
		fail("@" what ": " whose " is there twice")
	if (what != "ECLASS" && eclass == "")
		fail("@" what " before @ECLASS")
	known[what, whose] = 1
	kind = what
	name = whose
	class = "EBUILD"
	internal = 0
	field = ""
	split("", text_of)
}

function field_of(what)
{
	if (kind == "")
		fail("@" what " belongs to nothing")
	if (what in text_of)
		fail("@" what " of " name " is there twice")
	text_of[what] = ""
	field = what
}

BEGIN {
	in_text["DESCRIPTION"] = in_text["EXAMPLE"] = in_text["MAINTAINER"] = in_text["AUTHOR"] = 1
	in_line["BLURB"] = in_line["SUPPORTED_EAPIS"] = in_line["PROVIDES"] = in_line["USAGE"] = in_line["RETURN"] = 1
	is_class["USER_VARIABLE"] = is_class["OUTPUT_VARIABLE"] = is_class["PRE_INHERIT"] = 1
	ignored["DEFAULT_UNSET"] = ignored["REQUIRED"] = 1
}

/^# @[A-Z_-]+/ && $2 != "@CODE" {
	tag = $2
	gsub(/^@|:$/, "", tag)
	value = $0
	sub(/^# @[A-Z_-]+:?[ \t]*/, "", value)
	if (in_code)
		fail("@CODE is not closed")
	if (tag == "ECLASS" || tag == "FUNCTION" || tag == "VARIABLE" || tag == "ECLASS_VARIABLE") {
		if (value == "")
			fail("@" tag " without a name")
		start(tag, value)
		if (tag == "ECLASS")
			eclass = value
	} else if (tag == "INTERNAL") {
		internal = 1
	} else if (tag in is_class) {
		class = tag
	} else if (tag in in_line) {
		field_of(tag)
		text_of[tag] = value
		field = ""
	} else if (tag in in_text) {
		field_of(tag)
	} else if (!(tag in ignored)) {
		fail("unknown tag @" tag)
	}
	if (kind == "ECLASS" && tag in text_of)
		page[tag] = text_of[tag]
	next
}

/^#/ && field != "" {
	line = $0
	sub(/^# ?/, "", line)
	text_of[field] = more(text_of[field], line)
	if (kind == "ECLASS")
		page[field] = text_of[field]
	next
}

# : "${VARIABLE:=default}", or VARIABLE=default
kind ~ /VARIABLE$/ && /^[^#]/ {
	line = $0
	if (sub("^: \"?[$][{]" name ":?=", "", line))
		sub(/[}]"?$/, "", line)
	else if (!sub("^" name "=", "", line))
		line = ""
	gsub(/^"|"$/, "", line)
	if (line !~ /^[(]/)
		text_of["DEFAULT"] = line
}

/^[a-z_][A-Za-z0-9_-]*[(][)]/ {
	line = $0
	sub(/[(].*/, "", line)
	defined[line] = 1
	if (!(("FUNCTION", line) in known))
		fail("function " line " has no @FUNCTION")
}

!/^#/ && kind != "" {
	finish()
	field = ""
}

function section(title, text)
{
	if (trimmed(text) != "")
		printf "\n# %s\n\n%s\n", title, trimmed(text)
}

function variables_of(class, title)
{
	return class in variables ? "\n## " title "\n" variables[class] : ""
}

END {
	if (failed)
		exit 1
	finish()
	if (eclass !~ /[.]eclass$/)
		fail("no @ECLASS: NAME.eclass")
	if (page["BLURB"] == "" || page["DESCRIPTION"] == "" || page["MAINTAINER"] == "")
		fail(eclass " needs @BLURB, @DESCRIPTION and @MAINTAINER")
	for (key in known) {
		split(key, part, SUBSEP)
		if (part[1] == "FUNCTION" && !(part[2] in defined))
			fail("there is no function " part[2])
	}
	printf "%s(5)\n\n# NAME\n\n%s - %s\n", escape(eclass), escape(eclass), escape(page["BLURB"])
	section("DESCRIPTION", page["DESCRIPTION"])
	section("SUPPORTED EAPIS", escape(page["SUPPORTED_EAPIS"]))
	section("PROVIDED ECLASSES", escape(page["PROVIDES"]))
	section("FUNCTIONS", substr(functions, 2))
	section("VARIABLES", substr(variables_of("USER_VARIABLE", "Set by the user, in make.conf, package.env or the environment") \
		variables_of("PRE_INHERIT", "Set by the ebuild, before it inherits the eclass") \
		variables_of("EBUILD", "Set by the ebuild") variables_of("OUTPUT_VARIABLE", "Set by the eclass"), 2))
	section("EXAMPLES", page["EXAMPLE"])
	section("MAINTAINERS", page["MAINTAINER"])
	section("SEE ALSO", "*zolkit*(8)" others ", *ebuild*(5), *make.conf*(5)")
}
