// Zip archives in memory, through minizip and zlib.
#ifndef CZIP_H
#define CZIP_H

#include <stddef.h>
#include <stdint.h>

typedef struct cz_archive cz_archive;

typedef enum cz_method { CZ_STORED, CZ_DEFLATED, CZ_OTHER } cz_method;

// What the archive's list of contents says of a member.
typedef struct cz_member {
  // Where the list names it: what `cz_read` takes.
  uint64_t place, number;
  // Bytes of the contents, and of what is kept of them.
  uint64_t size, packed;
  // CRC-32 of the contents; 0 also where it was left out.
  uint32_t checksum;
  // `CZ_OTHER` also where it is encrypted.
  cz_method method;
  // The number of the way in which it is kept, by the specification of zip files; -1: it is encrypted.
  int way;
} cz_member;

// An archive of the `count` bytes at `bytes`, which have to stay; NULL where its list of contents is
// missing or broken, or memory runs out.
cz_archive *cz_open(const void *bytes, size_t count);
void cz_close(cz_archive *archive);

// The next member, and its name with a zero behind it, cut to `capacity` bytes. Returns 1, 0 behind
// the last one, -1 where the list is broken.
int cz_next(cz_archive *archive, cz_member *member, char *name, size_t capacity);

// The first byte of the contents of a stored member, from the start of the archive; -1 where they do
// not lie within it.
int64_t cz_start(cz_archive *archive, const cz_member *member);

// Fills the `member->size` bytes at `target` with the contents of a member; what a deflated one unfolds
// to beyond is left. Returns 0 where they are fewer, or not those that the checksum is of.
int cz_read(cz_archive *archive, const cz_member *member, void *target);

// Whether the contents of a member are those that its checksum is of, where it has one.
int cz_is_sound(cz_archive *archive, const cz_member *member);

#endif
