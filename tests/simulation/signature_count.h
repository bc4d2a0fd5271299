// Counts the signatures that simulated keys make and check, by what is signed. The program of a
// simulation counts nothing until it is told where. One thread.
#pragma once

#include <array>
#include <cstdint>

#include "core/wire/cose.h"

namespace fairfeed::simulation {

class SignatureCount {
  public:
    void add_made(ByteView message) { ++made_[domain_of(message)]; }
    void add_checked(ByteView message) { ++checked_[domain_of(message)]; }

    [[nodiscard]] std::uint64_t made() const;  // of every domain
    [[nodiscard]] std::uint64_t checked() const;
    [[nodiscard]] std::uint64_t checked(cose::Domain domain) const {
        return checked_[static_cast<std::size_t>(domain)];
    }

  private:
    static constexpr std::size_t kDomains = static_cast<std::size_t>(cose::Domain::inspection) + 1;
    // `message` is a Sig_structure, as everything that Fairfeed signs.
    [[nodiscard]] static std::size_t domain_of(ByteView message);

    std::array<std::uint64_t, kDomains> made_{};
    std::array<std::uint64_t, kDomains> checked_{};
};

// Counts there from now on; nullptr: nowhere. The count must outlive that.
void count_signatures(SignatureCount* into);

}  // namespace fairfeed::simulation
