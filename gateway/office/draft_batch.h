// Drafts that officers sign at once: those of a plan (notice_plans.h). The file of a batch is a
// CBOR array of the drafts' files (draft.h), each as a byte string, ascending by number; a batch of
// one is the file of its draft. Whatever cannot be done with one of them is done with none. Pure.
#pragma once

#include <string>
#include <vector>

#include "gateway/office/draft.h"

namespace fairfeed {

using DraftBatch = std::vector<Draft>;  // never empty

[[nodiscard]] Bytes encode_batch(const DraftBatch& batch);
// As decode_draft. All drafts are of one network and one office, and their numbers follow each
// other.
[[nodiscard]] Result<DraftBatch, std::string> decode_batch(ByteView bytes);
// The office that has to approve them.
[[nodiscard]] const Office& office_of(const DraftBatch& batch);
// Adds the approval of the officer whose key this is to each of them, and returns the name.
[[nodiscard]] Result<NodeId, std::string> add_approvals(DraftBatch& batch, const SigningKey& key);
// Adds the approvals of another copy. Error: it is a batch of other notices.
[[nodiscard]] Result<void, std::string> merge(DraftBatch& batch, const DraftBatch& copy);
[[nodiscard]] Result<std::vector<Transaction>, std::string> notices_to_submit(
    const DraftBatch& batch);

}  // namespace fairfeed
