# SPDX-License-Identifier: MIT
# Texts of an SVG of gnuplot's that leave the picture or cover each other, one
# line each; nothing: all can be read. A box is as wide as a narrow sans would
# make it, so that what is told is wrong in every font.
# usage: awk -f textboxes.awk PICTURE.svg
function number_after(line, what,    at) {
	at = index(line, what)
	return at ? substr(line, at + length(what)) + 0 : 0
}
/<svg/ || /^ *viewBox|width=/ {
	if (!width && match($0, /width="[0-9]+"/))
		width = number_after($0, "width=\"")
	if (!height && match($0, /height="[0-9]+"/))
		height = number_after($0, "height=\"")
}
/transform="translate\(/ {
	x = number_after($0, "translate(")
	rest = substr($0, index($0, "translate(") + 10)
	y = substr(rest, index(rest, ",") + 1) + 0
	turned = index($0, "rotate(-90") || index($0, "rotate(90") ||
		index($0, "rotate(270")
	size = number_after($0, "font-size=\"")
	anchor = $0
	sub(/.*text-anchor="/, "", anchor)
	sub(/".*/, "", anchor)
}
/<text>/ {
	text = $0
	sub(/.*<text>/, "", text)
	sub(/<\/text>.*/, "", text)
	gsub(/<[^>]*>/, "", text)
	gsub(/&[a-z]+;|&#[0-9]+;/, "&", text)
	gsub(/^ +| +$/, "", text)
	if (text == "")
		next
	long = 0.52 * size * length(text)
	from = (anchor == "end" ? -long : anchor == "middle" ? -long / 2 : 0)
	n++
	words[n] = text
	if (turned) {
		left[n] = x - 0.7 * size; right[n] = x
		top[n] = y - from - long; bottom[n] = y - from
	} else {
		left[n] = x + from; right[n] = x + from + long
		top[n] = y - 0.7 * size; bottom[n] = y
	}
}
END {
	# A text in a box is drawn twice.
	for (i = 1; i <= n; i++) {
		if (left[i] < 0 || right[i] > width || top[i] < 0 ||
		    bottom[i] > height)
			printf "leaves the picture: \"%s\"\n", words[i]
		for (j = 1; j < i; j++)
			if (!(words[i] == words[j] && left[i] == left[j]) &&
			    left[i] < right[j] - 1 && left[j] < right[i] - 1 &&
			    top[i] < bottom[j] - 1 && top[j] < bottom[i] - 1)
				printf "\"%s\" covers \"%s\"\n", words[i], words[j]
	}
}
