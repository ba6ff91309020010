# SPDX-License-Identifier: MIT
# Insertion sort of ORDER[] by KEY[ORDER[i]]; rows of equal key keep their
# order. Both arrays and their length |ORDER| are the caller's.
do for [SORT_I=2:|ORDER|] {
	SORT_R = ORDER[SORT_I]
	SORT_J = SORT_I - 1
	while (SORT_J >= 1 && KEY[ORDER[max(SORT_J, 1)]] > KEY[SORT_R]) {
		ORDER[SORT_J + 1] = ORDER[SORT_J]
		SORT_J = SORT_J - 1
	}
	ORDER[SORT_J + 1] = SORT_R
}
