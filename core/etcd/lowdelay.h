// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QNetworkReply;

namespace slotscope::core {

/// Has what is written to the connection of this reply, where it is a new one, leave at once. Otherwise the
/// last piece of a request of several writes waits until the other side has acknowledged those before it,
/// which takes 40 ms where a packet is larger than the writes are, as on the loopback: to a tunnel, say.
void sendWithoutDelay(QNetworkReply *reply);

} // namespace slotscope::core
