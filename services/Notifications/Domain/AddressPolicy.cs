using System.Net;
using System.Net.Sockets;

namespace Chokepoint.Notifications.Domain;

/// <summary>
/// Which addresses a webhook may be sent to: the public internet, and what the operator allows besides. Asked about the address
/// that is about to be connected to, never about a name, since a name can change between a check and a connection.
/// </summary>
/// <remarks>
/// Refused by the IANA special-purpose registries (RFC 6890 and its updates), and the addresses at which clouds serve credentials.
/// An IPv6 address that carries an IPv4 one (mapped, NAT64) is judged by what it carries; 6to4 and Teredo are refused whole: both
/// are retired (RFC 7526), and both reach wherever their inner address says.
/// </remarks>
internal sealed class AddressPolicy(bool allowLoopback, IReadOnlyList<IPNetwork> allowed)
{
    private static readonly IPNetwork[] RefusedV4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), // private
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("169.254.0.0/16"), // link-local, cloud metadata
        IPNetwork.Parse("172.16.0.0/12"), // private
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays, retired
        IPNetwork.Parse("192.168.0.0/16"), // private
        IPNetwork.Parse("198.18.0.0/15"), // benchmarking
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, broadcast
    ];

    // Outside global unicast (2000::/3) nothing is called; these are the special parts inside it.
    private static readonly IPNetwork GlobalUnicastV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] RefusedV6 =
    [
        IPNetwork.Parse("2001::/23"), // protocol assignments, Teredo and ORCHID among them
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("2002::/16"), // 6to4
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Where clouds hand out credentials: refused even inside an allowed network, unless named alone (<c>/32</c>, <c>/128</c>).</summary>
    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("169.254.169.254"), // AWS, Azure, Google and most others
        IPAddress.Parse("169.254.170.2"), // AWS task credentials
        IPAddress.Parse("100.100.100.200"), // Alibaba
        IPAddress.Parse("168.63.129.16"), // Azure, a public address that only a guest can reach
        IPAddress.Parse("fd00:ec2::254"), // AWS over IPv6
    ];

    /// <summary>The operator opened something that is not the public internet, so a plain-http URL can be right.</summary>
    public bool HasAllowances => allowLoopback || allowed.Count > 0;

    /// <summary>True when a webhook may be sent to this address.</summary>
    public bool Permits(IPAddress address) => IsAllowance(address) || IsPublic(Inner(address));

    /// <summary>True when the operator opened this address by name: there, plain http is accepted too.</summary>
    public bool IsAllowance(IPAddress address)
    {
        var inner = Inner(address);
        if (Metadata.Contains(inner)) return allowed.Any(n => n.PrefixLength == inner.GetAddressBytes().Length * 8 && n.Contains(inner));
        return (allowLoopback && IPAddress.IsLoopback(inner)) || allowed.Any(n => n.Contains(inner));
    }

    private static bool IsPublic(IPAddress address) =>
        !Metadata.Contains(address) && (address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !RefusedV4.Any(n => n.Contains(address)),
            AddressFamily.InterNetworkV6 => GlobalUnicastV6.Contains(address) && !RefusedV6.Any(n => n.Contains(address)),
            _ => false,
        });

    /// <summary>The IPv4 address that an IPv6 one only carries, else the address itself, without a zone.</summary>
    private static IPAddress Inner(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return Nat64.Contains(new IPAddress(bytes)) ? new IPAddress(bytes.AsSpan(12)) : new IPAddress(bytes);
    }
}
