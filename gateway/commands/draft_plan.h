// `gateway draft replace|move|key_rotation`: a plan of several notices as one batch that officers
// sign at once, with new data keys in files of their own. Private to gateway/commands.
#pragma once

#include <ostream>

#include "gateway/commands/draft_parts.h"

namespace fairfeed {

// Exit statuses as of run_draft. No file of a key is replaced.
[[nodiscard]] int draft_plan(const DraftingDesk& desk, const DraftOptions& options,
                             const NoticeFields& fields, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
