// A directory with a ledger that certifies a capacity by a commitment, and the owner's copy of the
// certificate. Tests only.
#pragma once

#include <fstream>

#include "core/wire/genesis_file_codec.h"
#include "gateway/desk/certificate_file.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {

class CertifiedDirectory {
  public:
    CertifiedDirectory() {
        TestChain& chain = stored_.chain();
        stored_.run_windows(1);
        const CapacityCertificate content{0, salted().certificate.meter,
                                          salted().certificate.capacity_w, 9,
                                          commitment_of(salted())};
        CHECK(
            chain.append(chain.next_block({stored_.network().from_dgmd(chain.state(), content)})));
        stored_.store();
        const Bytes bytes = encode_genesis(stored_.genesis().block);
        std::ofstream(genesis(), std::ios::binary) << as_text(bytes);
        std::ofstream(certificate()) << certificate_json(salted()).dump(2);
    }
    [[nodiscard]] static SaltedCertificate salted() {
        return {{ApplicationId("a-1"), TestNetwork::meter(1, 1), 5200, Technology::solar,
                 NodeId("inspector-1"), 1'800'000'000, 1'800'001'000},
                Salt{}};
    }
    [[nodiscard]] std::filesystem::path in(const std::string& name) const {
        return stored_.directory() / name;
    }
    [[nodiscard]] std::filesystem::path genesis() const { return in("genesis.cbor"); }
    [[nodiscard]] std::filesystem::path ledger() const { return stored_.file(); }
    [[nodiscard]] std::filesystem::path certificate() const { return in("a-1.json"); }

  private:
    StoredChain stored_;
};

}  // namespace fairfeed::test
