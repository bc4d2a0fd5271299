// The office's tables in a database, SQLite or PostgreSQL, through SOCI: what people and programs
// ask, made from decided blocks alone. A block's rows enter in one transaction with the height, so
// a crash loses nothing that is not folded again and repeats nothing. The ledger is the truth: a
// database that is lost, or of another layout, is made again from it. One thread. Errors are those
// of the database, for a person.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "gateway/readmodel/office_query.h"
#include "gateway/readmodel/tables.h"

namespace fairfeed {

// Where the rows are: a file, or the words of a PostgreSQL connection as libpq takes them,
// key=value pairs or an address (postgresql://user@host/name).
struct DatabasePlace {
    std::filesystem::path sqlite;
    std::string postgresql;  // empty: SQLite

    // "postgresql://dbname=office host=/run/postgresql" or "postgresql://user@host/office" as a
    // configuration writes it. Error: what is wrong with it.
    [[nodiscard]] static Result<DatabasePlace, std::string> parse(std::string_view text);
};

class ReadModel {
  public:
    // Creates the tables where there are none. Errors: not reachable; made by another layout or for
    // another network (`gateway rebuild` makes it again).
    [[nodiscard]] static Result<ReadModel, std::string> open(const DatabasePlace& place,
                                                             const Digest& network);
    // Drops the tables, whatever is in them, and creates them empty.
    [[nodiscard]] static Result<ReadModel, std::string> make_anew(const DatabasePlace& place,
                                                                  const Digest& network);
    ReadModel(ReadModel&&) noexcept;
    ReadModel& operator=(ReadModel&&) noexcept;
    ~ReadModel();

    // nullopt: no block was added.
    [[nodiscard]] std::optional<Height> height() const;
    // The rows of the next block; one below or at height() is an error.
    [[nodiscard]] Result<void, std::string> add(Height height, const std::vector<OfficeRow>& rows);

    using Visitor = std::function<void(const OfficeRow&)>;
    // The rows of a table that blocks from this height on made, by height and key.
    [[nodiscard]] Result<void, std::string> visit(OfficeTable table, Height since,
                                                  const Visitor& visitor) const;

    // Some rows of a table. Works beside another process or thread that adds blocks.
    [[nodiscard]] Result<std::vector<OfficeRow>, std::string> select(
        const OfficeQuery& query) const;
    // The height by now, which somebody else may have added. Error: the database.
    [[nodiscard]] Result<std::optional<Height>, std::string> look_up_height() const;

  private:
    struct Session;
    explicit ReadModel(std::unique_ptr<Session> session);
    std::unique_ptr<Session> session_;
};

}  // namespace fairfeed
