// SPDX-License-Identifier: GPL-3.0-or-later
//
// The reference data below tests/data, as the tests walk it.
#pragma once

#include <QByteArray>
#include <QString>

#include <nlohmann/json.hpp>

#include <functional>
#include <vector>

namespace slotscope::test {

/// Keeps the order of members.
using Json = nlohmann::ordered_json;

/// The bytes of a file below tests/data; fails the test when it is missing.
QByteArray dataBytes(const QString &name);
/// A JSON file below tests/data; fails the test and gives null when it is missing or broken.
Json readVectors(const QString &name);
/// The entries of one list in such a file.
std::vector<Json> vectorsIn(const QString &name, const char *list);
/// The values of a file with one JSON value a line.
std::vector<Json> readLines(const QString &name);

QByteArray fromHex(const Json &hex);
/// Compact text, to compare with notation.
QByteArray compact(const Json &json);

/// Every truncation of `bytes`, and each of its bits flipped once (of long ones only the first `limit`
/// bytes).
void forEachMutation(const QByteArray &bytes, qsizetype limit,
                     const std::function<void(const QByteArray &)> &visit);

} // namespace slotscope::test
