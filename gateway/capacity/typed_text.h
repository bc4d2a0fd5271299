// Bytes as text that people type: lines of 25 letters and digits, in five groups, with three check
// characters in each line. The alphabet is Crockford's base 32: no I, L, O, U; either case; I and L
// read as 1, O as 0; spaces, hyphens and line breaks do not count. A line is a Reed-Solomon code
// word over GF(32) that covers its own number, with a distance of four: one wrong character and two
// neighbours swapped are found and placed exactly, any other two errors of a line are found. A
// character too few or too many, and lines in another order, are found and placed to the line.
// Nothing is corrected silently. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace fairfeed {

constexpr std::size_t kTypedLine = 25;  // characters
constexpr std::size_t kTypedGroup = 5;
constexpr std::size_t kMaxTypedLines = 16;
constexpr std::size_t kMaxTypedBytes = 200;

// 1 to kMaxTypedBytes bytes. A text of whole lines, each ended by '\n', groups parted by '-'.
[[nodiscard]] std::string to_typed_text(ByteView bytes);

enum class TypingFaultKind : std::uint8_t {
    nothing,            // no character of the alphabet
    foreign_character,  // `typed` is none of the alphabet
    wrong_character,    // `meant` stood there
    swapped,            // with its neighbour to the right
    another_line,       // line `other` of the text stands here
    missing,            // a character of this line
    extra,              // a character too many in this line
    unreadable,         // several errors in this line
    too_long,
    not_canonical,  // every line is right, but no encoder writes this text
};
struct TypingFault {
    TypingFaultKind kind = TypingFaultKind::nothing;
    std::size_t line = 0;   // from 1
    std::size_t place = 0;  // in the line, from 1, separators not counted; 0: the line as a whole
    char typed = 0;
    char meant = 0;
    std::size_t other = 0;
    bool operator==(const TypingFault&) const = default;
};
// "line 2, character 7: 'B' should be '8'".
[[nodiscard]] std::string to_string(const TypingFault& fault);

// The first fault, or the bytes.
[[nodiscard]] Result<Bytes, TypingFault> from_typed_text(std::string_view text);

}  // namespace fairfeed
