// A draft: a notice on its way to the approvals of officers (docs/protocol.md, "The office"). It is
// a file that people carry from one machine to another, also to one without a network. Whoever
// alters it can spoil it and nothing else: officers sign the notice's id, which covers all that it
// says. Pure; the commands read and write the files.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/office.h"
#include "core/model/transaction.h"

namespace fairfeed {

struct Draft {
    Digest network;
    Transaction notice;  // with the approvals so far, ascending; perhaps more than are needed
    Office office;       // in force when it was drafted
    bool withdrawn = false;
};

[[nodiscard]] Bytes encode_draft(const Draft& draft);
// Checks the form, that the notice is of DGMD's kinds, and drops approvals that are not valid ones
// of the office's officers. Error: a line for a person, without the file's name.
[[nodiscard]] Result<Draft, std::string> decode_draft(ByteView bytes);

[[nodiscard]] std::size_t approvals_missing(const Draft& draft);
// Adds the approval of the officer whose key this is, and returns the name. Errors: the key is no
// officer's, the officer has approved, the draft is withdrawn.
[[nodiscard]] Result<NodeId, std::string> add_approval(Draft& draft, const SigningKey& key);
// Adds the approvals of another copy. Error: it is a draft of another notice.
[[nodiscard]] Result<void, std::string> merge(Draft& draft, const Draft& copy);
// The notice with exactly as many approvals as the threshold asks for. Error: why it cannot be
// submitted yet.
[[nodiscard]] Result<Transaction, std::string> notice_to_submit(const Draft& draft);

}  // namespace fairfeed
