/* SPDX-License-Identifier: MIT */
/*
 * ringswap-urcu.h - the strategies of liburcu, a library of their own.
 *
 *	ringswap_urcu_add();
 *	ringswap_create("rcu", NULL, &r);
 *
 * liburcu registers the process for membarrier(2) when it is loaded, whoever
 * links it. An application that wants none of that links libringswap alone.
 */
#ifndef RINGSWAP_RINGSWAP_URCU_H
#define RINGSWAP_RINGSWAP_URCU_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Make this library's strategies known to ringswap_create() and all others, by
 * name. Once, before another thread uses ringswap; a second call changes
 * nothing. 0, or -ENOSPC: more were added than there is room for. Thread
 * context.
 */
__attribute__((visibility("default"))) int ringswap_urcu_add(void);

#ifdef __cplusplus
}
#endif

#endif
