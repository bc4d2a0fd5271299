#include "tests/simulation/signature_count.h"

#include <numeric>

#include "core/base/check.h"
#include "core/wire/cbor.h"

namespace fairfeed::simulation {

std::uint64_t SignatureCount::made() const {
    return std::accumulate(made_.begin(), made_.end(), std::uint64_t{0});
}

std::uint64_t SignatureCount::checked() const {
    return std::accumulate(checked_.begin(), checked_.end(), std::uint64_t{0});
}

std::size_t SignatureCount::domain_of(ByteView message) {
    cbor::Reader reader(message);
    reader.array_of(4);
    (void)reader.text();
    (void)reader.bytes();
    const std::string_view context = as_text(reader.bytes());
    CHECK(reader.ok());
    const std::string_view tag = context.substr(0, context.find('\0'));
    for (std::size_t domain = 0; domain < kDomains; ++domain)
        if (cose::tag_of(static_cast<cose::Domain>(domain)) == tag) return domain;
    CHECK(false);
}

}  // namespace fairfeed::simulation
