#include "gateway/capacity/typed_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

#include "core/base/check.h"

namespace fairfeed {
namespace {

using Symbol = std::uint8_t;  // of GF(32)
using Symbols = std::vector<Symbol>;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kChecks = 3;
constexpr std::size_t kDataSymbols = kTypedLine - kChecks;
constexpr std::size_t kBitsPerSymbol = 5;
constexpr unsigned kOrder = 31;       // of the multiplicative group
constexpr unsigned kPolynomial = 37;  // x^5 + x^2 + 1

// Powers of the generator, twice over, and their logarithms.
struct Field {
    std::array<Symbol, 2 * kOrder> power{};
    std::array<unsigned, kOrder + 1> log{};
    constexpr Field() {
        unsigned value = 1;
        for (unsigned i = 0; i < kOrder; ++i) {
            power[i] = power[i + kOrder] = static_cast<Symbol>(value);
            log[value] = i;
            value <<= 1U;
            if (value > kOrder) value ^= kPolynomial;
        }
    }
};
constexpr Field kField;

constexpr Symbol times(Symbol a, Symbol b) {
    return a == 0 || b == 0 ? Symbol{0} : kField.power[kField.log[a] + kField.log[b]];
}
constexpr Symbol over(Symbol a, Symbol b) {  // b is not 0
    return a == 0 ? Symbol{0} : kField.power[kField.log[a] + kOrder - kField.log[b]];
}
constexpr Symbol plus(Symbol a, Symbol b) {
    return a ^ b;
}
constexpr Symbol power(std::size_t exponent) {
    return kField.power[exponent % kOrder];
}

// The power of x of a line's character; that of the line's number, which is not written.
constexpr std::size_t exponent_of(std::size_t place) {
    return kTypedLine - 1 - place;
}
constexpr std::size_t kNumberExponent = kTypedLine;

// (x + a)(x + a^2)(x + a^3), the highest power first; the leading 1 is left out.
constexpr std::array<Symbol, kChecks> generator() {
    std::array<Symbol, kChecks + 1> product{1, 0, 0, 0};
    for (std::size_t root = 1; root <= kChecks; ++root)
        for (std::size_t i = root; i > 0; --i)
            product[i] = plus(product[i], times(product[i - 1], power(root)));
    return {product[1], product[2], product[3]};
}
constexpr std::array<Symbol, kChecks> kGenerator = generator();

void append_checks(Symbols& line, std::size_t number) {
    std::array<Symbol, kChecks> rest{};
    const auto feed = [&rest](Symbol symbol) {
        const Symbol lead = plus(symbol, rest[0]);
        rest = {plus(rest[1], times(lead, kGenerator[0])),
                plus(rest[2], times(lead, kGenerator[1])), times(lead, kGenerator[2])};
    };
    feed(static_cast<Symbol>(number));
    for (const Symbol symbol : line)
        feed(symbol);
    line.insert(line.end(), rest.begin(), rest.end());
}

struct Syndromes {
    std::array<Symbol, kChecks> s{};
    [[nodiscard]] bool are_zero() const { return s[0] == 0 && s[1] == 0 && s[2] == 0; }
};

Syndromes syndromes_of(const Symbol* line, std::size_t number) {
    Syndromes out;
    for (std::size_t k = 1; k <= kChecks; ++k) {
        Symbol sum = times(static_cast<Symbol>(number), power(kNumberExponent * k));
        for (std::size_t i = 0; i < kTypedLine; ++i)
            sum = plus(sum, times(line[i], power(exponent_of(i) * k)));
        out.s[k - 1] = sum;
    }
    return out;
}

// One wrong symbol at x^e by d: s_k = d a^(ek).
std::optional<TypingFault> single_error(const Symbol* line, std::size_t number,
                                        const Syndromes& found) {
    const auto& s = found.s;
    if (s[0] == 0 || s[1] == 0 || times(s[1], s[1]) != times(s[0], s[2])) return std::nullopt;
    const std::size_t exponent = kField.log[over(s[1], s[0])];
    const Symbol error = over(s[0], power(exponent));
    TypingFault fault{.line = number + 1};
    if (exponent == kNumberExponent) {
        fault.kind = TypingFaultKind::another_line;
        fault.other = std::size_t{plus(static_cast<Symbol>(number), error)} + 1;
        return fault;
    }
    if (exponent > kNumberExponent) return std::nullopt;
    const std::size_t place = kTypedLine - 1 - exponent;
    fault.kind = TypingFaultKind::wrong_character;
    fault.place = place + 1;
    fault.typed = kAlphabet[line[place]];
    fault.meant = kAlphabet[plus(line[place], error)];
    return fault;
}

// Neighbours that differ by d, swapped at x^(e+1) and x^e: s_k = d a^(ek) (1 + a^k).
std::optional<TypingFault> swapped_neighbours(const Symbol* line, std::size_t number,
                                              const Syndromes& found) {
    for (std::size_t place = 0; place + 1 < kTypedLine; ++place) {
        const Symbol difference = plus(line[place], line[place + 1]);
        if (difference == 0) continue;
        const std::size_t exponent = exponent_of(place + 1);
        bool fits = true;
        for (std::size_t k = 1; k <= kChecks; ++k) {
            const Symbol expected =
                times(difference, plus(power(exponent * k), power((exponent + 1) * k)));
            fits = fits && expected == found.s[k - 1];
        }
        if (!fits) continue;
        return TypingFault{.kind = TypingFaultKind::swapped,
                           .line = number + 1,
                           .place = place + 1,
                           .typed = kAlphabet[line[place]],
                           .meant = kAlphabet[line[place + 1]]};
    }
    return std::nullopt;
}

bool is_right(const Symbols& symbols, std::size_t from, std::size_t number) {
    return from + kTypedLine <= symbols.size() &&
           syndromes_of(symbols.data() + from, number).are_zero();
}

std::size_t lines_in(const Symbols& symbols) {
    return (symbols.size() + kTypedLine - 1) / kTypedLine;
}

// Whether everything behind this line is right when it begins `shift` characters later.
bool fits_shifted(const Symbols& symbols, std::size_t number, std::ptrdiff_t shift) {
    const auto size = static_cast<std::ptrdiff_t>(symbols.size()) - shift;
    if (size < 0 || size % static_cast<std::ptrdiff_t>(kTypedLine) != 0) return false;
    const std::size_t lines = static_cast<std::size_t>(size) / kTypedLine;
    if (number >= lines) return false;
    for (std::size_t line = number + 1; line < lines; ++line) {
        const auto from = static_cast<std::ptrdiff_t>(line * kTypedLine) + shift;
        if (!is_right(symbols, static_cast<std::size_t>(from), line)) return false;
    }
    return true;
}

// Neighbours swapped across the end of this line: each of the two lines has one wrong character.
bool is_swapped_with_next(const Symbols& symbols, const TypingFault& fault) {
    const std::size_t next = fault.line * kTypedLine;  // where the next line begins
    if (fault.kind != TypingFaultKind::wrong_character || fault.place != kTypedLine ||
        next + kTypedLine > symbols.size() || kAlphabet[symbols[next]] != fault.meant)
        return false;
    Symbols repaired = symbols;
    std::swap(repaired[next - 1], repaired[next]);
    return is_right(repaired, next, fault.line);
}

TypingFault fault_in_line(const Symbols& symbols, std::size_t number) {
    TypingFault fault{.line = number + 1};
    if (symbols.size() % kTypedLine != 0) {
        if (fits_shifted(symbols, number, -1)) {
            fault.kind = TypingFaultKind::missing;
            return fault;
        }
        if (fits_shifted(symbols, number, 1)) {
            fault.kind = TypingFaultKind::extra;
            return fault;
        }
    }
    fault.kind = TypingFaultKind::unreadable;
    if ((number + 1) * kTypedLine > symbols.size()) return fault;
    const Symbol* line = symbols.data() + number * kTypedLine;
    const Syndromes found = syndromes_of(line, number);
    if (const auto swapped = swapped_neighbours(line, number, found)) return *swapped;
    const auto single = single_error(line, number, found);
    if (!single) return fault;
    if (is_swapped_with_next(symbols, *single)) {
        return TypingFault{.kind = TypingFaultKind::swapped,
                           .line = single->line,
                           .place = single->place,
                           .typed = single->typed,
                           .meant = single->meant};
    }
    return *single;
}

// A character's value; nullopt: it is none of the alphabet.
std::optional<Symbol> symbol_of(char typed) {
    char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(typed)));
    if (upper == 'I' || upper == 'L') upper = '1';
    if (upper == 'O') upper = '0';
    const std::size_t found = kAlphabet.find(upper);
    if (found == std::string_view::npos) return std::nullopt;
    return static_cast<Symbol>(found);
}

Result<Symbols, TypingFault> symbols_in(std::string_view text) {
    Symbols symbols;
    for (const char c : text) {
        if (c == ' ' || c == '-' || c == '\n' || c == '\r' || c == '\t') continue;
        if (symbols.size() == kMaxTypedLines * kTypedLine)
            return unexpected(TypingFault{.kind = TypingFaultKind::too_long});
        const auto symbol = symbol_of(c);
        if (!symbol) {
            return unexpected(TypingFault{.kind = TypingFaultKind::foreign_character,
                                          .line = symbols.size() / kTypedLine + 1,
                                          .place = symbols.size() % kTypedLine + 1,
                                          .typed = c});
        }
        symbols.push_back(*symbol);
    }
    if (symbols.empty()) return unexpected(TypingFault{});
    return symbols;
}

// The size and the bytes, zeros behind them to the end of the last line.
Symbols packed(ByteView bytes) {
    Bytes sized{static_cast<std::uint8_t>(bytes.size())};
    append(sized, bytes);
    Symbols data;
    unsigned held = 0;
    std::size_t bits = 0;
    for (const std::uint8_t byte : sized) {
        held = held << 8U | byte;
        for (bits += 8; bits >= kBitsPerSymbol; bits -= kBitsPerSymbol)
            data.push_back(static_cast<Symbol>(held >> (bits - kBitsPerSymbol) & kOrder));
        held &= (1U << bits) - 1;
    }
    if (bits > 0) data.push_back(static_cast<Symbol>(held << (kBitsPerSymbol - bits) & kOrder));
    data.resize((data.size() + kDataSymbols - 1) / kDataSymbols * kDataSymbols, 0);
    return data;
}

std::optional<Bytes> unpacked(const Symbols& data) {
    Bytes out;
    unsigned held = 0;
    std::size_t bits = 0;
    for (const Symbol symbol : data) {
        held = held << kBitsPerSymbol | symbol;
        bits += kBitsPerSymbol;
        if (bits < 8) continue;
        bits -= 8;
        out.push_back(static_cast<std::uint8_t>(held >> bits));
        held &= (1U << bits) - 1;
    }
    const std::size_t size = out.front();
    if (size == 0 || size > kMaxTypedBytes || size >= out.size()) return std::nullopt;
    const Bytes bytes(out.begin() + 1, out.begin() + 1 + static_cast<std::ptrdiff_t>(size));
    if (packed(bytes) != data) return std::nullopt;
    return bytes;
}

}  // namespace

std::string to_typed_text(ByteView bytes) {
    CHECK(!bytes.empty() && bytes.size() <= kMaxTypedBytes);
    const Symbols data = packed(bytes);
    std::string text;
    for (std::size_t at = 0; at < data.size(); at += kDataSymbols) {
        const auto from = data.begin() + static_cast<std::ptrdiff_t>(at);
        Symbols line(from, from + static_cast<std::ptrdiff_t>(kDataSymbols));
        append_checks(line, at / kDataSymbols);
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (i > 0 && i % kTypedGroup == 0) text += '-';
            text += kAlphabet[line[i]];
        }
        text += '\n';
    }
    return text;
}

Result<Bytes, TypingFault> from_typed_text(std::string_view text) {
    const auto symbols = symbols_in(text);
    if (!symbols) return unexpected(symbols.error());
    const std::size_t lines = lines_in(*symbols);
    Symbols data;
    for (std::size_t line = 0; line < lines; ++line) {
        const std::size_t from = line * kTypedLine;
        if (!is_right(*symbols, from, line)) return unexpected(fault_in_line(*symbols, line));
        const auto begin = symbols->begin() + static_cast<std::ptrdiff_t>(from);
        data.insert(data.end(), begin, begin + static_cast<std::ptrdiff_t>(kDataSymbols));
    }
    auto bytes = unpacked(data);
    if (!bytes) return unexpected(TypingFault{.kind = TypingFaultKind::not_canonical});
    return std::move(*bytes);
}

std::string to_string(const TypingFault& fault) {
    const std::string line = "line " + std::to_string(fault.line);
    const std::string place = line + ", character " + std::to_string(fault.place) + ": ";
    const auto quoted = [](char c) {
        const bool is_seen = c > ' ' && c < 0x7f;
        return is_seen ? "'" + std::string(1, c) + "'"
                       : std::string("a character that is no letter");
    };
    switch (fault.kind) {
        case TypingFaultKind::nothing:
            return "nothing is typed";
        case TypingFaultKind::foreign_character:
            return place + quoted(fault.typed) +
                   " stands in no code: digits, and letters without U";
        case TypingFaultKind::wrong_character:
            return place + quoted(fault.typed) + " should be " + quoted(fault.meant);
        case TypingFaultKind::swapped:
            return place + quoted(fault.typed) + " and " + quoted(fault.meant) +
                   " behind it are swapped";
        case TypingFaultKind::another_line:
            return line + " is line " + std::to_string(fault.other) +
                   " of the code: type the lines in their order";
        case TypingFaultKind::missing:
            return line + ": a character is missing";
        case TypingFaultKind::extra:
            return line + ": one character too many";
        case TypingFaultKind::unreadable:
            return line +
                   ": several characters are wrong, missing or too many: compare it with "
                   "the paper";
        case TypingFaultKind::too_long:
            return "more than " + std::to_string(kMaxTypedLines) + " lines are no code";
        case TypingFaultKind::not_canonical:
            return "every line is right by itself, but lines are missing at the end, or it is no "
                   "code of this office";
    }
    CHECK(false);
}

}  // namespace fairfeed
