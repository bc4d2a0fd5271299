#include "core/state/block_size.h"

#include "core/model/allocation.h"
#include "core/model/certificate.h"
#include "core/wire/chunk.h"

namespace fairfeed {
namespace {

// Upper bounds of the parts of a block that are not envelopes.
constexpr std::size_t kWitness = 101;  // [name of 32, signature]
constexpr std::size_t kFrames = 1000 * (18 + (kMaxNeighbours + 1) * kWitness);
constexpr std::size_t kCertificates = 2 * (kMaxValidators * kWitness + 64);
constexpr std::size_t kHeader = 512;
static_assert(kMaxBlockBytes + kFrames + kCertificates + kHeader < kMaxMessageBytes);

}  // namespace

void BlockSize::add(std::span<const Transaction> transactions) {
    for (const Transaction& transaction : transactions) {
        envelopes += transaction.envelope.size();
        if (transaction.kind == TransactionKind::evidence) evidence += transaction.envelope.size();
    }
}

}  // namespace fairfeed
