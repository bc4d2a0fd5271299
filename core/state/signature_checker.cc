#include "core/state/signature_checker.h"

#include "core/wire/cose.h"
#include "core/wire/office_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {

Result<void, Reject> PlainSignatureChecker::transaction(const Transaction& transaction,
                                                        const Digest& network,
                                                        const VerifyKey& key) {
    return verify_transaction(transaction, network, key);
}

Result<void, Reject> PlainSignatureChecker::endorsement(const Endorsement& endorsement,
                                                        const Witness& witness,
                                                        const Digest& network,
                                                        const VerifyKey& key) {
    const Bytes said = endorsement_to_be_signed(endorsement, witness.node, network);
    return cose::check_signature(said, witness.signature, key);
}

Result<void, Reject> PlainSignatureChecker::approval(const Digest& notice, const Witness& officer,
                                                     const Digest& network, const VerifyKey& key) {
    const Bytes said = approval_to_be_signed(notice, officer.node, network);
    return cose::check_signature(said, officer.signature, key);
}

Result<void, Reject> PlainSignatureChecker::reading(const SignedReading& reading,
                                                    const Digest& network, const VerifyKey& key) {
    return verify_reading(reading, network, key);
}

}  // namespace fairfeed
