class Sound
{
    int Whole() { return Helper(1); }

    int Torn(int a,, int b) { return; }

    /// <summary>Still found.</summary>
    int After(Sound value)
    {
        return value.Whole();
    }
}
