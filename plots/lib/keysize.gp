# SPDX-License-Identifier: MIT
# How wide the key of key.gp is: KEY_PX, for the longest name and what stands
# behind it, KEY_MORE characters at most; KEY_CHARS small ones fit below a name.
# KEY_H is how high it is: a reason may take three lines. The caller sets KEY_N and
# KEY_MORE, before the size of the picture.
kind_note(r) = (is_kind(r, "control") ? " (control)" : "")
KEY_NAME = 8
do for [I=1:NSTRAT] {
	KEY_NAME = max(KEY_NAME, strlen(label_name(FIRST[I]).kind_note(FIRST[I])))
}
KEY_PX = int(max(280, 42 + CHAR_PX * (KEY_NAME + KEY_MORE) + (KEY_N ? 60 : 14)))
KEY_CHARS = int((KEY_PX - 42 - 14) / (CHAR_PX * 10 / 12))
KEY_ROW = 20
key_reason(r) = wrap(elide(status_text(r), 3 * KEY_CHARS - 24), KEY_CHARS)
KEY_H = 40 + KEY_ROW * NSTRAT + 15 * (sum [i=1:NSTRAT] \
	(status(FIRST[i]) eq "ok" ? 0 : lines(key_reason(FIRST[i]))))
