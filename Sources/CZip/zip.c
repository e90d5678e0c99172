#include "CZip.h"

#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>

struct cz_archive {
  const unsigned char *bytes;
  uint64_t count;
  // Where minizip reads next.
  uint64_t position;
  unzFile file;
  // Whether `cz_next` has given a member.
  int has_begun;
};

// MARK: Reading from memory

static voidpf open_memory(voidpf opaque, const void *name, int mode) {
  (void)name;
  return mode & ZLIB_FILEFUNC_MODE_CREATE ? NULL : opaque;
}

static uLong read_memory(voidpf opaque, voidpf stream, void *target, uLong size) {
  (void)stream;
  cz_archive *archive = opaque;
  const uint64_t left = archive->count - archive->position;
  if (size > left) size = (uLong)left;
  memcpy(target, archive->bytes + archive->position, size);
  archive->position += size;
  return size;
}

static uLong write_nothing(voidpf opaque, voidpf stream, const void *source, uLong size) {
  (void)opaque, (void)stream, (void)source, (void)size;
  return 0;
}

static ZPOS64_T tell_memory(voidpf opaque, voidpf stream) {
  (void)stream;
  return ((cz_archive *)opaque)->position;
}

static long seek_memory(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin) {
  (void)stream;
  cz_archive *archive = opaque;
  const uint64_t base = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                        : origin == ZLIB_FILEFUNC_SEEK_CUR ? archive->position
                                                           : archive->count;
  if (offset > archive->count - base) return -1;
  archive->position = base + offset;
  return 0;
}

static int close_memory(voidpf opaque, voidpf stream) {
  (void)opaque, (void)stream;
  return 0;
}

static int error_of_memory(voidpf opaque, voidpf stream) {
  (void)opaque, (void)stream;
  return 0;
}

// Where the archive ends: behind the last record of the end that is followed by as long a comment as
// it says, without that comment, in which minizip would look for another record.
static uint64_t end_of_records(const unsigned char *bytes, uint64_t count) {
  const uint64_t size = 22, longest = 0xFFFF;
  for (uint64_t comment = 0; comment <= longest && size + comment <= count; comment++) {
    const unsigned char *record = bytes + (count - comment - size);
    const uint64_t claimed = record[20] | (uint64_t)record[21] << 8;
    if (memcmp(record, "PK\5\6", 4) == 0 && claimed == comment) return count - comment;
  }
  return count;
}

cz_archive *cz_open(const void *bytes, size_t count) {
  cz_archive *archive = calloc(1, sizeof *archive);
  if (!archive) return NULL;
  archive->bytes = bytes;
  archive->count = end_of_records(bytes, count);
  zlib_filefunc64_def functions = {
      .zopen64_file = open_memory,
      .zread_file = read_memory,
      .zwrite_file = write_nothing,
      .ztell64_file = tell_memory,
      .zseek64_file = seek_memory,
      .zclose_file = close_memory,
      .zerror_file = error_of_memory,
      .opaque = archive,
  };
  archive->file = unzOpen2_64("", &functions);
  if (!archive->file) {
    free(archive);
    return NULL;
  }
  return archive;
}

void cz_close(cz_archive *archive) {
  if (!archive) return;
  unzClose(archive->file);
  free(archive);
}

// MARK: Members

int cz_next(cz_archive *archive, cz_member *member, char *name, size_t capacity) {
  unz_global_info64 global;
  if (unzGetGlobalInfo64(archive->file, &global) != UNZ_OK) return -1;
  // To an archive without members the first one is an error.
  if (global.number_entry == 0) return 0;
  const int moved =
      archive->has_begun ? unzGoToNextFile(archive->file) : unzGoToFirstFile(archive->file);
  archive->has_begun = 1;
  if (moved == UNZ_END_OF_LIST_OF_FILE) return 0;
  unz_file_info64 info;
  unz64_file_pos place;
  if (moved != UNZ_OK || unzGetFilePos64(archive->file, &place) != UNZ_OK ||
      unzGetCurrentFileInfo64(archive->file, &info, name, (uLong)capacity - 1, NULL, 0, NULL, 0) !=
          UNZ_OK)
    return -1;
  // A name that fills its room comes without a zero.
  name[capacity - 1] = 0;
  const int is_encrypted = info.flag & 1;
  *member = (cz_member){
      .place = place.pos_in_zip_directory,
      .number = place.num_of_file,
      .size = info.uncompressed_size,
      .packed = info.compressed_size,
      .checksum = (uint32_t)info.crc,
      .method = is_encrypted                                  ? CZ_OTHER
                : info.compression_method == Z_DEFLATED       ? CZ_DEFLATED
                : info.compression_method == 0 /* as it is */ ? CZ_STORED
                                                              : CZ_OTHER,
      .way = is_encrypted ? -1 : (int)info.compression_method,
  };
  return 1;
}

// Opens a member; to be closed with `unzCloseCurrentFile`.
static int open_member(cz_archive *archive, const cz_member *member) {
  const unz64_file_pos place = {
      .pos_in_zip_directory = member->place,
      .num_of_file = member->number,
  };
  return unzGoToFilePos64(archive->file, &place) == UNZ_OK &&
         unzOpenCurrentFile(archive->file) == UNZ_OK;
}

int64_t cz_start(cz_archive *archive, const cz_member *member) {
  if (member->method != CZ_STORED || member->size != member->packed) return -1;
  if (!open_member(archive, member)) return -1;
  const uint64_t start = unzGetCurrentFileZStreamPos64(archive->file);
  unzCloseCurrentFile(archive->file);
  const int is_within = start <= archive->count && member->size <= archive->count - start;
  return is_within ? (int64_t)start : -1;
}

int cz_read(cz_archive *archive, const cz_member *member, void *target) {
  if (member->method == CZ_OTHER || !open_member(archive, member)) return 0;
  unsigned char *bytes = target;
  uint64_t filled = 0;
  int got = 1;
  while (filled < member->size && got > 0) {
    const uint64_t left = member->size - filled;
    got = unzReadCurrentFile(archive->file, bytes + filled,
                             left < 1 << 30 ? (unsigned)left : 1u << 30);
    if (got > 0) filled += (uint64_t)got;
  }
  // minizip compares the checksum when all has been read, and stops at the size that the list names.
  const int closed = unzCloseCurrentFile(archive->file);
  return filled == member->size && closed == UNZ_OK;
}

int cz_is_sound(cz_archive *archive, const cz_member *member) {
  if (member->checksum == 0) return 1;
  if (member->method == CZ_OTHER || !open_member(archive, member)) return 0;
  unsigned char part[1 << 15];
  int got = 1;
  while (got > 0) got = unzReadCurrentFile(archive->file, part, sizeof part);
  const int closed = unzCloseCurrentFile(archive->file);
  return got == 0 && closed == UNZ_OK;
}
