// Codes that people type: every single wrong character and every swap of neighbours is found and
// placed, and nothing is taken for another code.
#include "gateway/capacity/typed_text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fairfeed {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

Bytes some_bytes(std::size_t size) {
    Bytes bytes(size);
    unsigned value = 17;
    for (std::uint8_t& byte : bytes) {
        value = (value * 1103515245U + 12345U) & 0x7fffffffU;
        byte = static_cast<std::uint8_t>(value >> 16U);
    }
    return bytes;
}

// A text without separators.
std::string flat(std::string text) {
    std::erase_if(text, [](char c) { return c == '-' || c == '\n'; });
    return text;
}

const Bytes kBytes = some_bytes(70);
const std::string kText = flat(to_typed_text(kBytes));

TypingFault fault_in(const std::string& text) {
    const auto read = from_typed_text(text);
    EXPECT_FALSE(read) << text;
    return read ? TypingFault{} : read.error();
}

TEST(ATypedText, comes_back_whatever_its_length) {
    for (std::size_t size = 1; size <= kMaxTypedBytes; ++size) {
        const Bytes bytes = some_bytes(size);
        const auto read = from_typed_text(to_typed_text(bytes));
        ASSERT_TRUE(read) << size << ": " << to_string(read.error());
        EXPECT_EQ(*read, bytes);
    }
}

TEST(ATypedText, is_lines_of_five_groups_of_five) {
    const std::string text = to_typed_text(kBytes);
    EXPECT_EQ(text.size() % 30, 0U);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 6);
    EXPECT_EQ(text.substr(0, 30).find_first_not_of("-\n" + std::string(kAlphabet)),
              std::string::npos);
}

TEST(ATypedText, may_be_typed_in_small_letters_with_any_spaces_and_lookalikes) {
    std::string typed = to_typed_text(kBytes);
    for (char& c : typed) {
        if (c == '1') c = 'l';
        if (c == '0') c = 'o';
        if (c == '-') c = ' ';
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    ASSERT_TRUE(from_typed_text(typed));
    EXPECT_EQ(*from_typed_text(typed), kBytes);
}

TEST(ATypedText, places_every_single_wrong_character_and_names_the_right_one) {
    for (std::size_t i = 0; i < kText.size(); ++i) {
        for (const char other : kAlphabet) {
            if (other == kText[i]) continue;
            std::string typed = kText;
            typed[i] = other;
            const TypingFault fault = fault_in(typed);
            ASSERT_EQ(fault.kind, TypingFaultKind::wrong_character) << i << other;
            ASSERT_EQ(fault.line, i / kTypedLine + 1);
            ASSERT_EQ(fault.place, i % kTypedLine + 1);
            ASSERT_EQ(fault.typed, other);
            ASSERT_EQ(fault.meant, kText[i]);
        }
    }
}

TEST(ATypedText, places_every_swap_of_neighbours_also_across_lines) {
    std::size_t swaps = 0;
    for (std::size_t i = 0; i + 1 < kText.size(); ++i) {
        if (kText[i] == kText[i + 1]) continue;
        std::string typed = kText;
        std::swap(typed[i], typed[i + 1]);
        const TypingFault fault = fault_in(typed);
        ASSERT_EQ(fault.kind, TypingFaultKind::swapped) << i << ": " << to_string(fault);
        ASSERT_EQ(fault.line, i / kTypedLine + 1);
        ASSERT_EQ(fault.place, i % kTypedLine + 1);
        ++swaps;
    }
    EXPECT_GT(swaps, 120U);
}

TEST(ATypedText, finds_every_swap_of_any_two_characters) {
    for (std::size_t i = 0; i < kText.size(); ++i) {
        for (std::size_t j = i + 1; j < kText.size(); ++j) {
            if (kText[i] == kText[j]) continue;
            std::string typed = kText;
            std::swap(typed[i], typed[j]);
            ASSERT_EQ(fault_in(typed).line, i / kTypedLine + 1);
        }
    }
}

TEST(ATypedText, finds_a_character_too_few_or_too_many_in_its_line) {
    for (std::size_t i = 0; i < kText.size(); ++i) {
        std::string shorter = kText;
        shorter.erase(i, 1);
        const TypingFault missing = fault_in(shorter);
        ASSERT_EQ(missing.kind, TypingFaultKind::missing) << i;
        // The lost character may equal its neighbour in the line before.
        ASSERT_LE(missing.line, i / kTypedLine + 2);
        ASSERT_GE(missing.line, i / kTypedLine + 1);
        for (const char more : {'7', 'Q'}) {
            std::string longer = kText;
            longer.insert(i, 1, more);
            const TypingFault extra = fault_in(longer);
            ASSERT_EQ(extra.kind, TypingFaultKind::extra) << i << more;
            ASSERT_LE(extra.line, i / kTypedLine + 2);
            ASSERT_GE(extra.line, i / kTypedLine + 1);
        }
    }
}

TEST(ATypedText, names_lines_in_another_order) {
    std::string typed = kText;
    std::swap_ranges(typed.begin() + 25, typed.begin() + 50, typed.begin() + 75);
    const TypingFault fault = fault_in(typed);
    EXPECT_EQ(fault.kind, TypingFaultKind::another_line);
    EXPECT_EQ(fault.line, 2U);
    EXPECT_EQ(fault.other, 4U);
}

TEST(ATypedText, without_its_last_line_is_no_code) {
    EXPECT_EQ(fault_in(kText.substr(0, kText.size() - kTypedLine)).kind,
              TypingFaultKind::not_canonical);
}

TEST(ATypedText, places_what_stands_in_no_code) {
    std::string typed = kText;
    typed[30] = 'u';
    const TypingFault fault = fault_in(typed);
    EXPECT_EQ(fault.kind, TypingFaultKind::foreign_character);
    EXPECT_EQ(to_string(fault),
              "line 2, character 6: 'u' stands in no code: digits, and letters without U");
    EXPECT_EQ(fault_in("- \n").kind, TypingFaultKind::nothing);
    EXPECT_EQ(fault_in(std::string(401, '0')).kind, TypingFaultKind::too_long);
}

}  // namespace
}  // namespace fairfeed
