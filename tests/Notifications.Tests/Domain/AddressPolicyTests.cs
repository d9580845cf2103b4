using System.Net;
using Chokepoint.Notifications.Domain;

namespace Chokepoint.Notifications.Tests.Domain;

public sealed class AddressPolicyTests
{
    private static readonly AddressPolicy Default = new(allowLoopback: false, []);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.170")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.9")]
    [InlineData("224.0.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")] // IPv4-compatible
    [InlineData("::ffff:127.0.0.1")] // mapped
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:127.0.0.1")] // translated (SIIT)
    [InlineData("64:ff9b::10.0.0.1")] // NAT64
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b:1::10.0.0.1")] // NAT64 for local use
    [InlineData("100::1")] // discard
    [InlineData("2001::1")] // Teredo
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("2001:20::1")] // ORCHIDv2
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")] // 6to4 of 127.0.0.1
    [InlineData("2002:0808:0808::1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")] // segment routing
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void What_is_not_the_public_internet_is_refused(string address) => Default.Permits(IPAddress.Parse(address)).ShouldBeFalse();

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001::1")]
    public void What_is_the_public_internet_is_permitted(string address) => Default.Permits(IPAddress.Parse(address)).ShouldBeTrue();

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("169.254.169.254", false)]
    public void Loopback_alone_is_opened_by_allowing_loopback(string address, bool permitted) =>
        new AddressPolicy(allowLoopback: true, []).Permits(IPAddress.Parse(address)).ShouldBe(permitted);

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("64:ff9b::10.1.2.3", true)]
    [InlineData("10.2.0.1", false)]
    [InlineData("fd12::5", true)]
    [InlineData("fd13::5", false)]
    [InlineData("127.0.0.1", false)]
    public void A_network_the_operator_names_is_opened_and_no_other(string address, bool permitted) =>
        new AddressPolicy(allowLoopback: false, [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("fd12::/16")])
            .Permits(IPAddress.Parse(address)).ShouldBe(permitted);

    [Fact]
    public void Metadata_addresses_stay_refused_inside_an_allowed_network_unless_named_alone()
    {
        var metadata = IPAddress.Parse("169.254.169.254");
        new AddressPolicy(allowLoopback: true, [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("0.0.0.0/0")]).Permits(metadata).ShouldBeFalse();
        new AddressPolicy(allowLoopback: false, [IPNetwork.Parse("169.254.169.254/32")]).Permits(metadata).ShouldBeTrue();
    }
}
