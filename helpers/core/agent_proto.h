/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the host and the agent in the guest say to each other over a virtio-serial port, and what
 * the supervisor of a VM and its clients say over a Unix socket: frames of at most 32 KiB.
 *
 * A frame is a header of 16 bytes (little endian) and a payload:
 *
 *	u32 magic "zolA"   u8 type   u8 stream   u16 zero   u32 channel   u32 payload length
 *
 * 32 KiB, because the guest's driver passes a write of that size on as one buffer
 * (linux:drivers/char/virtio_console.c, port_fops_write()): an agent that is killed leaves no
 * half frame behind. A reader that meets anything else than a header skips to the next one.
 *
 * Streams have windows: a sender may have at most ZOL_AGENT_WINDOW bytes of one stream of one
 * channel on the way, and gets more by ZOL_FRAME_CREDIT as the receiver hands them on. So a
 * stream that nobody reads stops its writer and nobody else.
 *
 * Structured payloads are records: u8 tag, u32 length, bytes; unknown tags are skipped.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_AGENT_PORT "org.zolkit.agent.0"
#define ZOL_AGENT_VERSION 1U
#define ZOL_AGENT_PATH "/usr/local/libexec/zolkit/zolkit-agent" /* in the guest */
/* The environment variable of PID 1 (from the kernel's command line) that names the agent's mode. */
#define ZOL_AGENT_MODE "zolkit_mode"
#define ZOL_AGENT_INIT "zolkit_init"

#define ZOL_FRAME_HEADER 16U
#define ZOL_FRAME_MAX 32768U
#define ZOL_FRAME_PAYLOAD (ZOL_FRAME_MAX - ZOL_FRAME_HEADER)
#define ZOL_AGENT_WINDOW (256U << 10)
#define ZOL_AGENT_SPEC_MAX (4U << 20) /* arguments and environment of one command */
#define ZOL_AGENT_CHANNELS 64U        /* commands at the same time */

enum zol_frame_type {
	ZOL_FRAME_HELLO = 1, /* channel 0, records: who speaks; the host asks for one with an empty HELLO */
	ZOL_FRAME_PING,      /* any payload; comes back as PONG */
	ZOL_FRAME_PONG,
	ZOL_FRAME_SPEC,    /* records of a command to be started, as many frames as it takes */
	ZOL_FRAME_START,   /* the command is complete: run it */
	ZOL_FRAME_STARTED, /* u32 pid */
	ZOL_FRAME_ERROR,   /* u32 errno, text: the command or request cannot be carried out */
	ZOL_FRAME_DATA,    /* bytes of a stream; none: its end */
	ZOL_FRAME_CREDIT,  /* u32 bytes of a stream that may be sent in addition */
	ZOL_FRAME_SIGNAL,  /* u32 signal for the command's process group */
	ZOL_FRAME_RESIZE,  /* u32 rows, u32 columns of its terminal */
	ZOL_FRAME_EXIT,    /* u32 how (enum zol_exit_how), u32 status or signal: the command's end */
	ZOL_FRAME_CLOSE,   /* the host has lost interest: hang up the command */
	ZOL_FRAME_REQUEST, /* u32 enum zol_request, u32 argument */
	ZOL_FRAME_RESULT,  /* u32 errno or 0: the request's end */
	/* between supervisor and clients only */
	ZOL_FRAME_STATE = 64, /* records: state of the VM, sent at first and at each change */
	ZOL_FRAME_FAIL,       /* records: why the VM is no more */
	ZOL_FRAME_STOP,       /* u32 limit in ms for each step */
	ZOL_FRAME_LAST,
};

enum zol_stream { ZOL_STREAM_IN = 0, ZOL_STREAM_OUT = 1, ZOL_STREAM_ERR = 2 };

enum zol_exit_how { ZOL_EXITED = 0, ZOL_KILLED = 1 };

enum zol_request {
	ZOL_REQ_SYNC = 1,    /* sync(2) */
	ZOL_REQ_DROP_CACHES, /* sync, then the argument (1..3) into vm.drop_caches */
	ZOL_REQ_POWEROFF,    /* argument 0: by the init that runs; 1: at once */
};

/* Tags of records. */
enum zol_tag {
	ZOL_TAG_VERSION = 1, /* u32 */
	ZOL_TAG_PID,         /* u32 */
	ZOL_TAG_MODE,        /* text: daemon, run */
	ZOL_TAG_RELEASE,     /* text: the kernel's */
	ZOL_TAG_ARG,         /* one argument; ARG, ARG, ... make argv */
	ZOL_TAG_ENV,         /* NAME=value */
	ZOL_TAG_CWD,         /* directory */
	ZOL_TAG_TTY,         /* u32 rows, u32 columns: give it a terminal */
	ZOL_TAG_NO_STDIN,    /* empty: its stdin is /dev/null */
	ZOL_TAG_STAGE,       /* u32 enum zol_boot_stage */
	ZOL_TAG_READY,       /* u32 0 or 1: the agent has answered */
	ZOL_TAG_CODE,        /* u32 enum zol_code */
	ZOL_TAG_TEXT,        /* message */
	ZOL_TAG_HINT,        /* hint */
	ZOL_TAG_LINE,        /* one line of the console */
	ZOL_TAG_FIELD,       /* key=value of the state, for people */
};

struct zol_frame {
	enum zol_frame_type type;
	unsigned stream;
	uint32_t channel;
	struct zol_span data;
};

/* Appends a frame. len is at most ZOL_FRAME_PAYLOAD. */
void zol_frame_put(struct zol_str *s, enum zol_frame_type type, uint32_t channel, unsigned stream, const void *data,
		   size_t len) ZOL_NONNULL(1);
/* The same with one or two numbers as payload. */
void zol_frame_put_u32(struct zol_str *s, enum zol_frame_type type, uint32_t channel, unsigned stream, uint32_t a)
	ZOL_NONNULL(1);
void zol_frame_put_u32x2(struct zol_str *s, enum zol_frame_type type, uint32_t channel, uint32_t a, uint32_t b)
	ZOL_NONNULL(1);
/* ZOL_FRAME_ERROR: a number of errno and a text. */
void zol_frame_put_error(struct zol_str *s, uint32_t channel, int errnum, const char *text) ZOL_NONNULL(1, 4);
/* Any amount of bytes as so many frames. */
void zol_frame_put_all(struct zol_str *s, enum zol_frame_type type, uint32_t channel, unsigned stream,
		       struct zol_span data) ZOL_NONNULL(1);

/* Number i of a frame's payload; false when it has no such number. */
bool zol_frame_u32(const struct zol_frame *f, size_t i, uint32_t *ret) ZOL_NONNULL(1, 3);

/* What came in and was not yet read. Zero-initialise. */
struct zol_frames {
	struct zol_str buf;
	size_t pos;
	uint64_t skipped; /* bytes that belonged to no frame */
};

void zol_frames_free(struct zol_frames *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(frames, struct zol_frames, zol_frames_free);

/* Takes bytes in as they come; at most one frame is kept beyond those of the last feed. */
void zol_frames_feed(struct zol_frames *r, const void *data, size_t len) ZOL_NONNULL(1);
/* The next whole frame, valid until the next feed; false when there is none yet. */
bool zol_frames_next(struct zol_frames *r, struct zol_frame *ret) ZOL_NONNULL(1, 2);

void zol_tag_put(struct zol_str *s, enum zol_tag tag, struct zol_span data) ZOL_NONNULL(1);
void zol_tag_puts(struct zol_str *s, enum zol_tag tag, const char *text) ZOL_NONNULL(1, 3);
void zol_tag_put_u32(struct zol_str *s, enum zol_tag tag, uint32_t a) ZOL_NONNULL(1);
/* Cuts the next record off; false at the end and at a record that is cut short. */
bool zol_tag_next(struct zol_span *rest, enum zol_tag *ret_tag, struct zol_span *ret_data) ZOL_NONNULL(1, 2, 3);
/* Number i of a record's bytes; 0 when it has none. */
uint32_t zol_tag_u32(struct zol_span data, size_t i);

/* What a command is started with, both sides' view. Zero-initialise. */
struct zol_exec_spec {
	struct zol_strv argv, env;
	char *cwd; /* NULL: the root user's home or / */
	bool tty, no_stdin;
	uint32_t rows, cols;
};

void zol_exec_spec_free(struct zol_exec_spec *x) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(exec_spec, struct zol_exec_spec, zol_exec_spec_free);
void zol_exec_spec_write(const struct zol_exec_spec *x, struct zol_str *records) ZOL_NONNULL(1, 2);
/* ZOL_MALFORMED when there is no argument, or a text has a NUL inside. */
int zol_exec_spec_read(struct zol_span records, struct zol_exec_spec *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
