# SPDX-License-Identifier: MIT
# labels.awk - which label (W1, S3, ...) stands beside which source line.
#
# A label comment alone on its line goes with the statement below it, one
# behind code with its own line. The store of the announcement stands in
# swap_nest_enter(), but its label where a strategy calls that: line 0. Prints
# C initialisers for report.c.
function emit(n, label)
{
	printf "{ \"%s\", %d, \"%s\" },\n", name, n, label
	if (/swap_nest_enter\(/)
		printf "{ \"%s\", 0, \"%s\" },\n", name, label
}
FNR == 1 {
	name = FILENAME
	match(name, /(ringbuf|strategies|proof\/explore)\/[^\/]*(\/[^\/]*)?$/)
	name = substr(name, RSTART)
	pending = ""
	comment = 0
}
comment {
	if (/\*\//)
		comment = 0
	next
}
/^[ \t]*\/\*/ {
	if (match($0, /\/\* [A-Z][A-Z]?[0-9]+[a-z]?[ ,]/)) {
		pending = substr($0, RSTART + 3, RLENGTH - 4)
	}
	if (!/\*\//)
		comment = 1
	next
}
/\/\* [A-Z][A-Z]?[0-9]+[a-z]?[ ,]/ {
	match($0, /\/\* [A-Z][A-Z]?[0-9]+[a-z]?[ ,]/)
	emit(FNR, substr($0, RSTART + 3, RLENGTH - 4))
	if (!/\*\//)
		comment = 1
	if (/[;{]/)
		pending = ""
	next
}
pending != "" {
	emit(FNR, pending)
	if (/[;{]/)
		pending = ""
}
