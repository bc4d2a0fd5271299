#include "gateway/bills/proof_files.h"

namespace fairfeed {
namespace {

Unexpected<std::string> does_not_hold(std::string_view what, const ProofFault& fault) {
    return unexpected("the " + std::string(what) + " does not hold (" +
                      std::string(to_string(fault.part)) + "): " + fault.explanation +
                      "; run `edge-node verify` on this ledger");
}

}  // namespace

Result<Bytes, std::string> proved_bill(const Ledger& ledger, const LoadedGenesis& genesis,
                                       const Keyholder& holder, const MeterId& meter,
                                       const BillMonth& month) {
    const auto proof = make_bill_proof(ledger, genesis, holder, meter, month);
    if (!proof) return unexpected(proof.error().explanation);
    Bytes bytes = encode_bill_proof(*proof);
    const auto checked = check_bill_proof(bytes, genesis);
    if (!checked) return does_not_hold("bill", checked.error());
    return bytes;
}

Result<Bytes, std::string> proved_reading(const Ledger& ledger, const LoadedGenesis& genesis,
                                          const Keyholder& holder, const MeterId& meter,
                                          Window window) {
    const auto proof = make_proof(ledger, genesis, holder, meter, window);
    if (!proof) return unexpected(proof.error().explanation);
    Bytes bytes = encode_proof(*proof);
    const auto checked = check_proof(bytes, genesis);
    if (!checked) return does_not_hold("reading", checked.error());
    return bytes;
}

}  // namespace fairfeed
