#include "core/state/block_size.h"

#include <algorithm>

#include "core/model/allocation.h"
#include "core/model/certificate.h"
#include "core/model/network.h"

namespace fairfeed {
namespace {

// Upper bounds of the parts of a block that are not envelopes.
constexpr std::size_t kWitness = 101;  // [name of 32, signature]
// Of a transaction: a settlement is endorsed by a committee, a notice approved by officers.
constexpr std::size_t kFrame =
    20 + std::max(kMaxNeighbours + 1, std::size_t{kMaxThreshold}) * kWitness;
constexpr std::size_t kCertificates = 2 * (kMaxValidators * kWitness + 64);
constexpr std::size_t kHeader = 512;
// All three grow evenly with the transactions, so what holds for the fewest holds for all.
static_assert(max_block_bytes(kFewestForLimits) + kFewestForLimits * kFrame + kCertificates +
                  kHeader <
              max_message_bytes(kFewestForLimits));

}  // namespace

void BlockSize::add(std::span<const Transaction> transactions) {
    for (const Transaction& transaction : transactions) {
        envelopes += transaction.envelope.size();
        if (transaction.kind == TransactionKind::evidence) evidence += transaction.envelope.size();
    }
}

}  // namespace fairfeed
