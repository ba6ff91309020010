/* SPDX-License-Identifier: MIT */
/* file_helper.h - a file of the program's own, there while its group runs. */
#ifndef TESTS_UNIT_RESULT_FILE_HELPER_H
#define TESTS_UNIT_RESULT_FILE_HELPER_H

#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/ringswap-result-XXXXXX";

static inline int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 || close(fd);
}

static inline int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

#endif
