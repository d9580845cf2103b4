using System.Net;
using System.Net.Sockets;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Opens the connections of webhooks, to permitted addresses only. The name is resolved here and the very address that was judged
/// is connected to, so a name that changes between a check and a connection gains nothing (ADR "Refused at connect time").
/// </summary>
internal sealed class GuardedConnection(AddressPolicy policy, bool allowPlainHttp)
{
    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="ForbiddenAddressException">Nothing that the name resolves to may be called.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var permitted = addresses.Where(policy.Permits).ToArray();
        if (permitted.Length == 0) throw new ForbiddenAddressException(AttemptError.AddressForbidden);

        if (context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttp && !allowPlainHttp)
        {
            permitted = [.. permitted.Where(policy.IsAllowance)];
            if (permitted.Length == 0) throw new ForbiddenAddressException(AttemptError.PlainHttpForbidden);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(permitted, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A webhook was about to be sent where none may be sent.</summary>
internal sealed class ForbiddenAddressException(string error) : Exception(error)
{
    public string Error => Message;
}
