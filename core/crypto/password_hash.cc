#include "core/crypto/password_hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <charconv>
#include <optional>

#include "core/base/check.h"

namespace fairfeed {
namespace {

constexpr std::string_view kBegin = "$scrypt$ln=";
constexpr std::size_t kHashSize = 32;
constexpr std::size_t kMaxPartSize = 128;
constexpr ScryptCost kMostCost{20, 32, 16};

struct ParsedHash {
    ScryptCost cost;
    Bytes salt;
    Bytes hash;
};

std::string base64(ByteView bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    while (out.ends_with('='))
        out.pop_back();
    return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.empty() || text.size() > kMaxPartSize || text.find('=') != std::string_view::npos)
        return std::nullopt;
    std::string padded(text);
    while (padded.size() % 4 != 0)
        padded.push_back('=');
    const std::size_t padding = padded.size() - text.size();
    if (padding > 2) return std::nullopt;
    Bytes out(3 * padded.size() / 4);
    const int size =
        EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(padded.data()),
                        static_cast<int>(padded.size()));
    if (size < 0) return std::nullopt;
    out.resize(static_cast<std::size_t>(size) - padding);
    return out;
}

// Takes "<name><number>" off the front.
bool take_number(std::string_view& text, std::string_view name, unsigned& out, unsigned most) {
    if (!text.starts_with(name)) return false;
    text.remove_prefix(name.size());
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || out == 0 || out > most) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

std::optional<ParsedHash> parse(std::string_view text) {
    ParsedHash parsed;
    if (!take_number(text, kBegin, parsed.cost.log2_n, kMostCost.log2_n) ||
        !take_number(text, ",r=", parsed.cost.r, kMostCost.r) ||
        !take_number(text, ",p=", parsed.cost.p, kMostCost.p) || !text.starts_with('$'))
        return std::nullopt;
    text.remove_prefix(1);
    const std::size_t middle = text.find('$');
    if (middle == std::string_view::npos) return std::nullopt;
    auto salt = from_base64(text.substr(0, middle));
    auto hash = from_base64(text.substr(middle + 1));
    if (!salt || !hash || hash->size() != kHashSize) return std::nullopt;
    parsed.salt = std::move(*salt);
    parsed.hash = std::move(*hash);
    return parsed;
}

Bytes scrypt(std::string_view password, ByteView salt, const ScryptCost& cost) {
    Bytes out(kHashSize);
    const std::uint64_t n = std::uint64_t{1} << cost.log2_n;
    const std::uint64_t memory = 128 * cost.r * (n + cost.p + 2) + 1024 * 1024;
    CHECK(EVP_PBE_scrypt(password.data(), password.size(), salt.data(), salt.size(), n, cost.r,
                         cost.p, memory, out.data(), out.size()) == 1);
    return out;
}

}  // namespace

std::string hash_password(std::string_view password, const ScryptCost& cost,
                          const RandomSource& random) {
    const Salt salt = random_fixed<Salt>(random);
    return std::string(kBegin) + std::to_string(cost.log2_n) + ",r=" + std::to_string(cost.r) +
           ",p=" + std::to_string(cost.p) + "$" + base64(salt.view()) + "$" +
           base64(scrypt(password, salt.view(), cost));
}

bool is_password(std::string_view password, std::string_view phc) {
    const auto parsed = parse(phc);
    return parsed &&
           equal_in_constant_time(scrypt(password, parsed->salt, parsed->cost), parsed->hash);
}

bool has_other_cost(std::string_view phc, const ScryptCost& cost) {
    const auto parsed = parse(phc);
    return !parsed || parsed->cost != cost;
}

bool equal_in_constant_time(ByteView one, ByteView other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace fairfeed
